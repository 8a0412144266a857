//! Which traits a type can derive.

use std::collections::HashSet;

use super::contents::{contents, members};
use crate::schema::{Builtin, Kind, Member, Schema, TypeRef};

/// The types of a schema by the traits that not all types have.
#[derive(Debug)]
pub(super) struct Derives<'s> {
    /// Types with a floating point number somewhere in them: without `Eq`.
    inexact: HashSet<&'s str>,
    /// Types with `Default`.
    default: HashSet<&'s str>,
}

impl<'s> Derives<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let mut derives = Self { inexact: HashSet::new(), default: HashSet::new() };
        let types: Vec<(&str, Vec<&TypeRef>)> =
            schema.definitions.keys().map(|name| (name.as_str(), contents(schema, name))).collect();
        let structs: Vec<(&str, Vec<&Member>)> = (schema.definitions.values())
            .filter(|definition| matches!(definition.kind, Kind::Struct(_)))
            .map(|definition| (definition.name.as_str(), members(schema, definition)))
            .map(|(name, members)| (name, members.into_iter().map(|inherited| inherited.member).collect()))
            .collect();
        loop {
            let before = (derives.inexact.len(), derives.default.len());
            let inexact = types.iter().filter(|(_, contents)| !contents.iter().all(|each| derives.is_exact(each)));
            let inexact: Vec<&str> = inexact.map(|(name, _)| *name).collect();
            let default = structs.iter().filter(|(_, members)| members.iter().all(|each| derives.has_default(each)));
            let default: Vec<&str> = default.map(|(name, _)| *name).collect();
            derives.inexact.extend(inexact);
            derives.default.extend(default);
            if before == (derives.inexact.len(), derives.default.len()) {
                return derives;
            }
        }
    }

    /// Whether the type has `Eq`.
    pub(super) fn is_exact(&self, type_ref: &TypeRef) -> bool {
        match type_ref {
            TypeRef::Builtin(builtin) => *builtin != Builtin::Number,
            TypeRef::Named(name) => !self.inexact.contains(name.as_str()),
            TypeRef::Array(item) => self.is_exact(item),
        }
    }

    /// Whether the member's type has `Default`.
    pub(super) fn has_default(&self, member: &Member) -> bool {
        member.optional
            || match &member.type_ref {
                TypeRef::Builtin(builtin) => *builtin != Builtin::QType,
                TypeRef::Named(name) => self.default.contains(name.as_str()),
                TypeRef::Array(_) => true,
            }
    }
}
