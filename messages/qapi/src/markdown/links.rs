//! Where definitions are in the document, and links to them.

use crate::schema::{Definition, Kind, Schema, TypeRef};

/// The anchor of the section on built-in types.
pub(super) const BUILT_IN_TYPES: &str = "built-in-types";

/// Makes links to definitions of a schema.
pub(super) struct Links<'s> {
    schema: &'s Schema,
}

impl<'s> Links<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self { schema }
    }

    /// The name as code, a link if something of the schema has that name.
    pub(super) fn name(&self, name: &str) -> String {
        match self.schema.get(name) {
            Some(definition) => link(definition),
            None => format!("`{name}`"),
        }
    }

    /// A type as people say it.
    pub(super) fn type_ref(&self, type_ref: &TypeRef) -> String {
        match type_ref {
            TypeRef::Builtin(builtin) => format!("`{}`", builtin.name()),
            TypeRef::Named(name) => self.name(name),
            TypeRef::Array(element) => format!("array of {}", self.type_ref(element)),
        }
    }
}

/// The anchor of a definition.
///
/// The kind is part of it, as some hosts look for anchors without regard to case: `STOP` and `stop` are two things.
pub(super) fn anchor(definition: &Definition) -> String {
    let kind = match definition.kind {
        Kind::Command(_) => "command",
        Kind::Event(_) => "event",
        Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => "type",
    };
    format!("{kind}-{}", definition.name)
}

/// A link with the definition's name.
pub(super) fn link(definition: &Definition) -> String {
    format!("[`{}`](#{})", definition.name, anchor(definition))
}
