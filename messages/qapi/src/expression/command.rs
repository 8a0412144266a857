//! `command`

use super::payload::{self, Flag};
use super::{Context, Part, type_names};
use crate::parse::Object;
use crate::schema::Command;
use crate::source::SchemaError;

const FLAGS: [(&str, Flag); 6] = [
    ("gen", Flag::False),
    ("success-response", Flag::False),
    ("boxed", Flag::True),
    ("allow-oob", Flag::True),
    ("allow-preconfig", Flag::True),
    ("coroutine", Flag::True),
];

/// The command, its flags taken to be valid: [`check_flags`] is called for that, later.
pub(super) fn command(context: &Context<'_>, object: &Object) -> Result<Command, SchemaError> {
    let arguments = payload::payload(context, object)?;
    let returns = object.get("returns");
    let returns = returns.map(|returns| type_names::type_ref(context, Part::Key("returns"), returns)).transpose()?;
    Ok(Command {
        arguments,
        returns,
        generated: !object.contains_key("gen"),
        success_response: !object.contains_key("success-response"),
        allow_oob: object.contains_key("allow-oob"),
        allow_preconfig: object.contains_key("allow-preconfig"),
        coroutine: object.contains_key("coroutine"),
    })
}

/// Fails for flags that have a value they can't have, and for flags that exclude each other.
pub(super) fn check_flags(context: &Context<'_>, object: &Object) -> Result<(), SchemaError> {
    for (name, flag) in FLAGS {
        payload::check_flag(context, object, name, flag)?;
    }
    match object.contains_key("allow-oob") && object.contains_key("coroutine") {
        true => Err(context.error("flags 'allow-oob' and 'coroutine' are incompatible")),
        false => Ok(()),
    }
}
