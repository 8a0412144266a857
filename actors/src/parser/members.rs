//! The members of a request's top-level object, read in one pass.
//!
//! Whatever is wrong with one member, the others are still read: an error goes back with the request's
//! `id`, wherever in the object that stands.

use std::collections::BTreeSet;
use std::fmt;

use actix_qmp_messages::RequestId;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::echo::request_id;
use super::value::{CheckedString, CheckedValue, duplicate_key};

/// What a request's object has.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) execute: Option<Value>,
    pub(crate) exec_oob: Option<Value>,
    pub(crate) arguments: Option<Value>,
    pub(crate) control: Option<Value>,
    pub(crate) id: Option<RequestId>,
    /// The first member that no request has.
    pub(crate) unexpected: Option<String>,
}

impl Members {
    /// Reads the object into `self`. After an error, `self` has what stood before the mistake.
    pub(crate) fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(MembersVisitor { members: self, others: BTreeSet::new() })
    }
}

enum Name {
    Execute,
    ExecOob,
    Arguments,
    Control,
    Id,
    Other(String),
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        Ok(match name {
            "execute" => Name::Execute,
            "exec-oob" => Name::ExecOob,
            "arguments" => Name::Arguments,
            "control" => Name::Control,
            "id" => Name::Id,
            other => Name::Other(CheckedString::new(other)?.0),
        })
    }
}

struct MembersVisitor<'m> {
    members: &'m mut Members,
    /// Names of members that no request has, to find one that comes twice.
    others: BTreeSet<String>,
}

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            match name {
                Name::Execute => once(&mut self.members.execute, &mut map)?,
                Name::ExecOob => once(&mut self.members.exec_oob, &mut map)?,
                Name::Arguments => once(&mut self.members.arguments, &mut map)?,
                Name::Control => once(&mut self.members.control, &mut map)?,
                Name::Id => self.id(&mut map)?,
                Name::Other(name) => self.other(name, &mut map)?,
            }
        }
        Ok(())
    }
}

impl MembersVisitor<'_> {
    fn id<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        // Two of them: neither is the request's.
        if self.members.id.take().is_some() {
            return Err(duplicate_key());
        }
        let raw: &RawValue = map.next_value()?;
        self.members.id = Some(request_id(raw).map_err(A::Error::custom)?);
        Ok(())
    }

    fn other<'de, A: MapAccess<'de>>(&mut self, name: String, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<CheckedValue>()?;
        self.members.unexpected.get_or_insert_with(|| name.clone());
        if self.others.insert(name) { Ok(()) } else { Err(duplicate_key()) }
    }
}

fn once<'de, A: MapAccess<'de>>(member: &mut Option<Value>, map: &mut A) -> Result<(), A::Error> {
    let CheckedValue(value) = map.next_value()?;
    if member.replace(value).is_some() { Err(duplicate_key()) } else { Ok(()) }
}
