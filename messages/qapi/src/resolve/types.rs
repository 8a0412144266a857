//! What a use of a type means, and what is said of it in messages.

use std::fmt;

use indexmap::IndexMap;

use super::clash::{Named, Owner, Role, Seen};
use super::features;
use crate::schema::{Builtin, Definition, Kind, Member, TypeRef};
use crate::source::SchemaError;

/// The types of a schema by name.
#[derive(Clone, Copy)]
pub(super) struct Types<'d> {
    definitions: &'d IndexMap<String, Definition>,
}

/// A type that exists.
#[derive(Clone, Copy)]
pub(super) enum Type<'d> {
    Builtin(Builtin),
    /// With what it is an array of, which may not exist: that is told where it stands.
    Array(&'d TypeRef),
    /// Never a command or an event.
    Defined(&'d Definition),
}

impl<'d> Types<'d> {
    pub(super) const fn new(definitions: &'d IndexMap<String, Definition>) -> Self {
        Self { definitions }
    }

    pub(super) fn definitions(&self) -> impl Iterator<Item = &'d Definition> + use<'d> {
        self.definitions.values()
    }

    /// The type of this name. Definitions never have the name of a type of the language.
    pub(super) fn named(&self, name: &str) -> Option<Type<'d>> {
        let Some(definition) = self.definitions.get(name) else {
            return Builtin::of_name(name).map(Type::Builtin);
        };
        match &definition.kind {
            Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => Some(Type::Defined(definition)),
            Kind::Command(_) | Kind::Event(_) => None,
        }
    }

    /// The struct or union of this name.
    pub(super) fn object(&self, name: &str) -> Option<&'d Definition> {
        self.named(name).and_then(Type::object)
    }

    /// The type that is used; an error if there is none, which says who uses it.
    pub(super) fn used(
        &self,
        user: &Definition,
        part: impl fmt::Display,
        type_ref: &'d TypeRef,
    ) -> Result<Type<'d>, SchemaError> {
        match type_ref {
            TypeRef::Builtin(builtin) => Ok(Type::Builtin(*builtin)),
            TypeRef::Array(element) => Ok(Type::Array(element)),
            TypeRef::Named(name) => self.used_name(user, part, name),
        }
    }

    /// The type of this name; an error if there is none, which says who uses it.
    pub(super) fn used_name(
        &self,
        user: &Definition,
        part: impl fmt::Display,
        name: &str,
    ) -> Result<Type<'d>, SchemaError> {
        self.named(name).ok_or_else(|| user.error(format!("{part} uses unknown type '{name}'")))
    }

    /// Checks members that an object has by itself; `seen` knows those that it has from elsewhere.
    pub(super) fn check_members(
        &self,
        owner: &'d Definition,
        role: Role,
        members: &'d [Member],
        seen: &mut Seen<'d>,
    ) -> Result<(), SchemaError> {
        for member in members {
            let named = Named::new(role, &member.name);
            self.used(owner, named, &member.type_ref)?;
            features::check_unique(owner, &member.features, Some(Owner::Type(&member.name)))?;
            seen.add(owner, named.of(Some(Owner::Type(&owner.name))))?;
        }
        Ok(())
    }
}

impl<'d> Type<'d> {
    /// The definition, if it is of a struct or a union.
    pub(super) fn object(self) -> Option<&'d Definition> {
        match self {
            Self::Builtin(_) | Self::Array(_) => None,
            Self::Defined(definition) => match &definition.kind {
                Kind::Struct(_) | Kind::Union(_) => Some(definition),
                Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => None,
            },
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(builtin) => f.write_str(&describe_builtin(*builtin)),
            Self::Array(TypeRef::Builtin(builtin)) => write!(f, "array type ['{}']", builtin.name()),
            Self::Array(TypeRef::Named(name)) => write!(f, "array type ['{name}']"),
            Self::Array(TypeRef::Array(_)) => f.write_str("array type"),
            Self::Defined(definition) => write!(f, "{} type '{}'", definition.kind.keyword(), definition.name),
        }
    }
}

impl TypeRef {
    /// The name of the type of the schema that is used itself, not in an array.
    pub(super) fn own_name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Builtin(_) | Self::Array(_) => None,
        }
    }
}

/// `built-in type 'int'`
pub(super) fn describe_builtin(builtin: Builtin) -> String {
    let kind = if builtin == Builtin::QType { "enum" } else { "built-in" };
    format!("{kind} type '{}'", builtin.name())
}
