//! What arrays are of.
//!
//! An array counts as a type that comes into being where it is first used, before the definition that uses it.

use super::types::Types;
use crate::schema::{Base, Definition, Kind, Member, Payload, TypeRef};
use crate::source::SchemaError;

/// Checks the arrays of a definition's members or branches.
pub(super) fn check_members(types: &Types<'_>, definition: &Definition) -> Result<(), SchemaError> {
    match &definition.kind {
        Kind::Enum(_) => Ok(()),
        Kind::Struct(structure) => check(types, definition, type_refs(&structure.members)),
        Kind::Union(union) => {
            let members: &[Member] = match &union.base {
                Base::Inline(members) => members,
                Base::Named(_) => &[],
            };
            check(types, definition, type_refs(members))
        }
        Kind::Alternate(alternate) => {
            check(types, definition, alternate.branches.iter().map(|branch| &branch.type_ref))
        }
        Kind::Command(command) => check_payload(types, definition, &command.arguments),
        Kind::Event(event) => check_payload(types, definition, &event.data),
    }
}

fn check_payload(types: &Types<'_>, definition: &Definition, payload: &Payload) -> Result<(), SchemaError> {
    match payload {
        Payload::Inline(members) => check(types, definition, type_refs(members)),
        Payload::Empty | Payload::Named { .. } => Ok(()),
    }
}

fn type_refs(members: &[Member]) -> impl Iterator<Item = &TypeRef> {
    members.iter().map(|member| &member.type_ref)
}

/// Checks the arrays among these uses of types.
pub(super) fn check<'r>(
    types: &Types<'_>,
    definition: &Definition,
    uses: impl IntoIterator<Item = &'r TypeRef>,
) -> Result<(), SchemaError> {
    for type_ref in uses {
        let TypeRef::Array(element) = type_ref else { continue };
        if let TypeRef::Named(name) = element.as_ref() {
            types.used_name(definition, definition.kind.keyword(), name)?;
        }
    }
    Ok(())
}
