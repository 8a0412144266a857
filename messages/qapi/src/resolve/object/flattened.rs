//! The members that every value of an object has, wherever they are written down.

use crate::resolve::clash::{Named, Owner, Role};
use crate::resolve::types::Types;
use crate::schema::{Base, Definition, Kind, Member};

/// The members of the object of this name, its bases' first.
///
/// The chain of its bases must be known to end.
pub(super) fn members<'d>(types: &Types<'d>, name: &str) -> Vec<(&'d Member, Named<'d>)> {
    let mut levels = Vec::new();
    let mut next = types.object(name);
    while let Some(object) = next {
        let (role, own, base) = level(object);
        levels.push((object, role, own));
        next = base.and_then(|base| types.object(base));
    }
    let flatten = |(object, role, own): (&'d Definition, Role, &'d [Member])| {
        let owner = Owner::Type(&object.name);
        own.iter().map(move |member| (member, Named::new(role, &member.name).of(Some(owner))))
    };
    levels.into_iter().rev().flat_map(flatten).collect()
}

/// The members that an object has itself, and the name of its base.
fn level(object: &Definition) -> (Role, &[Member], Option<&str>) {
    match &object.kind {
        Kind::Struct(structure) => (Role::Member, &structure.members, structure.base.as_deref()),
        Kind::Union(union) => match &union.base {
            Base::Named(name) => (Role::Member, &[], Some(name)),
            Base::Inline(members) => (Role::BaseMember, members, None),
        },
        Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => (Role::Member, &[], None),
    }
}
