//! The JSON crate's own way to a tree, with the checks that QMP has besides: what the parser is compared with.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::parser::noncharacter::is_character;

/// The `arguments` of a request that is well-formed but for, perhaps, these; `None` if they are refused.
pub(super) fn strict_arguments(request: &[u8]) -> Option<Map<String, Value>> {
    let Strict(mut request) = serde_json::from_slice(request).ok()?;
    request.get_mut("arguments")?.as_object_mut().map(std::mem::take)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Strict, E> {
        if value == 0.0 && value.is_sign_negative() {
            return Ok(Strict(0.into()));
        }
        Number::from_f64(value).map(|number| Strict(Value::Number(number))).ok_or_else(|| E::custom("out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Strict, E> {
        if text.chars().all(is_character) { Ok(Strict(text.into())) } else { Err(E::custom("noncharacter")) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Strict, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(element)) = elements.next_element()? {
            array.push(element);
        }
        Ok(Strict(array.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            let fine = name.chars().all(is_character);
            if !fine || object.insert(name, value).is_some() {
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(Strict(object.into()))
    }
}
