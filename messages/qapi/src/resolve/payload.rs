//! What commands take and return, and what events bring.

use super::types::{Type, Types};
use crate::parse::Pragma;
use crate::schema::{Command, Definition, Kind, Payload, TypeRef};
use crate::source::SchemaError;

/// Checks the named type of arguments or of an event's data.
pub(super) fn check(types: &Types<'_>, definition: &Definition, payload: &Payload) -> Result<(), SchemaError> {
    let Payload::Named { name, boxed } = payload else {
        return Ok(());
    };
    let part = format!("{}'s 'data'", definition.kind.keyword());
    let data = types.used_name(definition, &part, name)?;
    match data.object().map(|object| &object.kind) {
        Some(Kind::Union(_)) if !boxed => {
            Err(definition.error(format!("{part} can take {data} only with 'boxed': true")))
        }
        Some(_) => Ok(()),
        None => Err(definition.error(format!("{part} cannot take {data}"))),
    }
}

/// Checks what a command returns: something that new members can be added to, or an array of it.
pub(super) fn check_returns<'d>(
    types: &Types<'d>,
    definition: &'d Definition,
    command: &'d Command,
    pragma: &Pragma,
) -> Result<(), SchemaError> {
    let Some(type_ref) = &command.returns else {
        return Ok(());
    };
    let part = "command's 'returns'";
    let returned = types.used(definition, part, type_ref)?;
    let object = match returned {
        Type::Array(element) => types.object_used(element),
        Type::Builtin(_) | Type::Defined(_) => returned.object(),
    };
    if object.is_some() || pragma.command_returns_exceptions.contains(&definition.name) {
        return Ok(());
    }
    Err(definition.error(format!("{part} cannot take {returned}")))
}

impl<'d> Types<'d> {
    fn object_used(&self, type_ref: &TypeRef) -> Option<&'d Definition> {
        type_ref.own_name().and_then(|name| self.object(name))
    }
}
