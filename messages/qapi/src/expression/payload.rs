//! `data` and `boxed` of commands and events.

use super::names::Leniency;
use super::type_names::MembersOrName;
use super::{Context, Part, members, type_names};
use crate::parse::{Object, Value};
use crate::schema::Payload;
use crate::source::SchemaError;

/// What a command takes or an event brings.
pub(super) fn payload(context: &Context<'_>, object: &Object) -> Result<Payload, SchemaError> {
    let part = Part::Key("data");
    // Whether the flag may have this value is looked at later.
    let boxed = object.get("boxed").is_some_and(|boxed| *boxed != Value::Bool(false));
    let Some(data) = object.get("data") else {
        return match boxed {
            true => Err(context.error("'boxed': true requires 'data'")),
            false => Ok(Payload::Empty),
        };
    };
    if boxed {
        return Ok(Payload::Named { name: type_names::name(context, part, data)?.to_owned(), boxed });
    }
    Ok(match type_names::members_or_name(context, part, data)? {
        MembersOrName::Name(name) => Payload::Named { name: name.to_owned(), boxed },
        MembersOrName::Members(list) if list.is_empty() => Payload::Empty,
        // Exceptions from the rules on names are for types only.
        MembersOrName::Members(list) => Payload::Inline(members::members(context, "data", list, Leniency::Strict)?),
    })
}

/// The value that a flag may have; the other one is the default and not written down.
#[derive(Clone, Copy)]
pub(super) enum Flag {
    True,
    False,
}

/// Fails if a flag is there and has another value.
pub(super) fn check_flag(context: &Context<'_>, object: &Object, name: &str, flag: Flag) -> Result<(), SchemaError> {
    let allowed = matches!(flag, Flag::True);
    match object.get(name) {
        Some(value) if *value != Value::Bool(allowed) => {
            Err(context.error(format!("flag '{name}' may only use {allowed} value")))
        }
        Some(_) | None => Ok(()),
    }
}
