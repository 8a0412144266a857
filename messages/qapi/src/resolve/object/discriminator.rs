//! What decides between the branches of a union.

use std::collections::HashSet;

use super::flattened;
use crate::condition::Condition;
use crate::resolve::clash::{Named, Role};
use crate::resolve::types::{Type, Types};
use crate::schema::{Base, Builtin, Definition, Kind, Member, QTYPE_VALUES, TypeRef, Union};
use crate::source::SchemaError;

/// Checks the discriminator and what the branches are named and of; the objects that they are of.
pub(super) fn check<'d>(
    types: &Types<'d>,
    definition: &'d Definition,
    union: &'d Union,
) -> Result<Vec<&'d Definition>, SchemaError> {
    let member = find(types, definition, union)?;
    let values = values(types, definition, union, member)?;
    if values.names.is_empty() && union.branches.is_empty() {
        return Err(definition.error("union has no branches"));
    }
    let mut objects = Vec::with_capacity(union.branches.len());
    for branch in &union.branches {
        let named = Named::new(Role::Branch, &branch.name);
        let branch_type = types.used(definition, named, &branch.type_ref)?;
        if !values.names.contains(branch.name.as_str()) {
            return Err(definition.error(format!("{named} is not a value of {}", values.of)));
        }
        let object = branch_type.object();
        objects.push(object.ok_or_else(|| definition.error(format!("{named} cannot use {branch_type}")))?);
    }
    Ok(objects)
}

/// A discriminator and where it is.
struct Found<'d> {
    member: &'d Member,
    /// Its base type, or that it is written down in the union.
    base: String,
}

fn find<'d>(types: &Types<'d>, definition: &'d Definition, union: &'d Union) -> Result<Found<'d>, SchemaError> {
    let members = flattened::members(types, &definition.name);
    let found = members.into_iter().find(|(member, _)| member.name == union.discriminator);
    let Some((member, named)) = found else {
        return Err(definition.error(format!("discriminator '{}' is not a member of 'base'", union.discriminator)));
    };
    let base = match (&union.base, named.owner_type()) {
        (Base::Named(_), Some(owner)) => format!("base type '{owner}'"),
        (Base::Named(_), None) | (Base::Inline(_), _) => "'base'".to_owned(),
    };
    Ok(Found { member, base })
}

/// The values of the enum that the discriminator is of.
struct Values<'d> {
    of: Type<'d>,
    names: HashSet<&'d str>,
}

fn values<'d>(
    types: &Types<'d>,
    definition: &'d Definition,
    union: &'d Union,
    found: Found<'d>,
) -> Result<Values<'d>, SchemaError> {
    let error = |what: &str| {
        let message = format!("discriminator member '{}' of {} must {what}", union.discriminator, found.base);
        Err(definition.error(message))
    };
    let names = match &found.member.type_ref {
        TypeRef::Builtin(Builtin::QType) => Some(QTYPE_VALUES.into_iter().collect()),
        TypeRef::Builtin(_) | TypeRef::Array(_) => None,
        TypeRef::Named(name) => types.named(name).and_then(names_of_enum),
    };
    let Some(names) = names else {
        return error("be of enum type");
    };
    if found.member.optional {
        return error("not be optional");
    }
    if found.member.condition != Condition::Always {
        return error("not be conditional");
    }
    let of = types.used(definition, Named::new(Role::BaseMember, &found.member.name), &found.member.type_ref)?;
    Ok(Values { of, names })
}

fn names_of_enum(of: Type<'_>) -> Option<HashSet<&str>> {
    let Type::Defined(definition) = of else {
        return None;
    };
    match &definition.kind {
        Kind::Enum(enumeration) => Some(enumeration.values.iter().map(|value| value.name.as_str()).collect()),
        Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => None,
    }
}
