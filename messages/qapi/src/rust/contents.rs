//! What a type is made of.

use crate::schema::{
    Alternate, Base, Branch, Builtin, Definition, Kind, Member, Payload, QTYPE_VALUES, Schema, TypeRef, Union,
};

/// A member and the definition that documents it: the base that it is inherited from, or the type itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inherited<'s> {
    pub(super) member: &'s Member,
    pub(super) documented_in: &'s Definition,
}

/// The members that an object of this type always has, its bases' first.
pub(super) fn members<'s>(schema: &'s Schema, definition: &'s Definition) -> Vec<Inherited<'s>> {
    let mut parts = Vec::new();
    let mut next = Some(definition);
    while let Some(definition) = next {
        let (base, own) = own_members(&definition.kind);
        parts.push(own.iter().map(move |member| Inherited { member, documented_in: definition }));
        next = base.and_then(|name| schema.get(name));
    }
    parts.into_iter().rev().flatten().collect()
}

/// The name of the base, and the members that are added to its.
fn own_members(kind: &Kind) -> (Option<&str>, &[Member]) {
    match kind {
        Kind::Struct(structure) => (structure.base.as_deref(), &structure.members),
        Kind::Union(Union { base: Base::Named(name), .. }) => (Some(name), &[]),
        Kind::Union(Union { base: Base::Inline(members), .. }) => (None, members),
        Kind::Command(command) => payload(&command.arguments),
        Kind::Event(event) => payload(&event.data),
        Kind::Enum(_) | Kind::Alternate(_) => (None, &[]),
    }
}

/// The struct that gives the members of arguments or data, or the members.
fn payload(payload: &Payload) -> (Option<&str>, &[Member]) {
    match payload {
        Payload::Empty => (None, &[]),
        Payload::Inline(members) => (None, members),
        Payload::Named { name, .. } => (Some(name), &[]),
    }
}

/// The types of all members and branches of a type; none of commands and events.
pub(super) fn contents<'s>(schema: &'s Schema, name: &str) -> Vec<&'s TypeRef> {
    let Some(definition) = schema.get(name) else { return Vec::new() };
    let branches: &[Branch] = match &definition.kind {
        Kind::Union(Union { branches, .. }) | Kind::Alternate(Alternate { branches }) => branches,
        Kind::Struct(_) => &[],
        Kind::Enum(_) | Kind::Command(_) | Kind::Event(_) => return Vec::new(),
    };
    let members = members(schema, definition).into_iter().map(|inherited| &inherited.member.type_ref);
    members.chain(branches.iter().map(|branch| &branch.type_ref)).collect()
}

/// The names of an enum's values; `None` if the type is no enum.
pub(super) fn enum_values<'s>(schema: &'s Schema, type_ref: &TypeRef) -> Option<Vec<&'s str>> {
    match type_ref {
        TypeRef::Builtin(Builtin::QType) => Some(QTYPE_VALUES.to_vec()),
        TypeRef::Named(name) => match &schema.get(name)?.kind {
            Kind::Enum(enumeration) => Some(enumeration.values.iter().map(|value| value.name.as_str()).collect()),
            Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => None,
        },
        TypeRef::Builtin(_) | TypeRef::Array(_) => None,
    }
}
