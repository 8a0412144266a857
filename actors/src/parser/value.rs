//! A JSON value as a tree, stricter than the JSON crate's own: no name twice in one object, no noncharacters.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::deep;
use super::token::is_character;

/// Levels of brackets that recursion follows: more than people write, few enough for a small stack and for the JSON
/// crate's own limit.
const LEVELS: usize = 48;

/// A [`Value`] that was checked while it was built.
pub(crate) struct CheckedValue(pub(crate) Value);

impl<'de> Deserialize<'de> for CheckedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Checked { levels: LEVELS }.deserialize(deserializer).map(Self)
    }
}

/// A string without noncharacters; also an object's member name.
pub(crate) struct CheckedString(pub(crate) String);

impl CheckedString {
    /// Checks a string.
    ///
    /// # Errors
    /// When there is a noncharacter in it.
    pub(crate) fn new<E: Error>(text: &str) -> Result<Self, E> {
        check(text).map(|()| Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for CheckedString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).and_then(|text| check(&text).map(|()| Self(text)))
    }
}

/// The error of a name that an object has already. Which mistake it was is found out by `diagnose`.
pub(crate) fn duplicate_key<E: Error>() -> E {
    E::custom("duplicate key")
}

fn check<E: Error>(text: &str) -> Result<(), E> {
    let fine = text.is_ascii() || !may_have_noncharacter(text.as_bytes()) || text.chars().all(is_character);
    if fine { Ok(()) } else { Err(E::custom("noncharacter")) }
}

/// Whether there is a pair of bytes that each noncharacter has: one cheap pass spares most text the exact check.
fn may_have_noncharacter(utf8: &[u8]) -> bool {
    let pairs = utf8.iter().zip(&utf8[1..]);
    pairs.fold(false, |found, (&a, &b)| found | (a == 0xbf) & (b >= 0xbe) | (a == 0xef) & (b == 0xb7))
}

/// Builds values, brackets within brackets by recursion for so many levels, [`deep::build`] takes over then.
#[derive(Clone, Copy)]
struct Checked {
    levels: usize,
}

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.levels > 0 {
            return deserializer.deserialize_any(self);
        }
        let raw = <&RawValue>::deserialize(deserializer)?;
        // Which check failed is found out by `diagnose`.
        deep::build(raw).ok_or_else(|| D::Error::custom("refused"))
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // The JSON crate reads `-0` as a double; QMP's integers have it as 0.
        if value == 0.0 && value.is_sign_negative() {
            return Ok(Value::Number(0.into()));
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        check(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        check(&value)?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        let inner = Self { levels: self.levels - 1 };
        while let Some(element) = elements.next_element_seed(inner)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let inner = Self { levels: self.levels - 1 };
        while let Some(CheckedString(name)) = members.next_key()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(duplicate_key());
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_check_misses_no_noncharacter() {
        for char in (0..=0x10_ffff).filter_map(char::from_u32).filter(|&char| !is_character(char)) {
            let text = format!("é{char}x");
            assert!(may_have_noncharacter(text.as_bytes()), "{:X}", u32::from(char));
            assert!(check::<serde_json::Error>(&text).is_err());
        }
        assert!(check::<serde_json::Error>("\u{fff}\u{fdcf}\u{fdf0}\u{1fffd}é").is_ok());
    }
}
