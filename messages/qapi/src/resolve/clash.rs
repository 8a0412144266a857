//! Names that can't be told apart.
//!
//! Generated code has `_` for every character that a language doesn't allow in names, so `max-flow` and `max_flow`
//! clash; and it has names of fields in lower case, of constants in upper case, so `flow` and `Flow` clash.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use crate::schema::Definition;
use crate::source::SchemaError;

/// What something that has a name is to its owner.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    Member,
    /// Of the base that a union writes down itself.
    BaseMember,
    Parameter,
    Value,
    Branch,
    Feature,
}

/// What something that has a name is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'d> {
    /// A type, or the member that a feature is of: QEMU calls that a type, too.
    Type(&'d str),
    /// A value of an enum.
    Value(&'d str),
}

/// Something that has a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'d> {
    role: Role,
    name: &'d str,
    owner: Option<Owner<'d>>,
}

impl<'d> Named<'d> {
    pub(super) const fn new(role: Role, name: &'d str) -> Self {
        Self { role, name, owner: None }
    }

    pub(super) const fn of(self, owner: Option<Owner<'d>>) -> Self {
        Self { owner, ..self }
    }

    /// As an error of this definition tells it: its own members need no owner.
    fn in_error_of(self, definition: &Definition) -> Self {
        match self.owner {
            Some(Owner::Type(name)) if name == definition.name => Self { owner: None, ..self },
            Some(Owner::Type(_) | Owner::Value(_)) | None => self,
        }
    }

    pub(super) const fn name(self) -> &'d str {
        self.name
    }

    /// The type it is of, if that was told.
    pub(super) const fn owner_type(self) -> Option<&'d str> {
        match self.owner {
            Some(Owner::Type(name)) => Some(name),
            Some(Owner::Value(_)) | None => None,
        }
    }

    /// What generated code calls it.
    fn identifier(self) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        self.name.chars().map(letter).collect()
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Member => "member",
            Role::BaseMember => "base member",
            Role::Parameter => "parameter",
            Role::Value => "value",
            Role::Branch => "branch",
            Role::Feature => "feature",
        };
        write!(f, "{role} '{}'", self.name)?;
        match self.owner {
            Some(Owner::Type(name)) => write!(f, " of type '{name}'"),
            Some(Owner::Value(name)) => write!(f, " of value '{name}'"),
            None => Ok(()),
        }
    }
}

/// Names that are taken, with who has them.
#[derive(Default)]
pub(super) struct Seen<'d>(HashMap<String, Named<'d>>);

impl<'d> Seen<'d> {
    /// Takes a name; an error of `definition` if it is taken.
    pub(super) fn add(&mut self, definition: &Definition, named: Named<'d>) -> Result<(), SchemaError> {
        match self.0.entry(named.identifier()) {
            Entry::Vacant(entry) => {
                entry.insert(named);
                Ok(())
            }
            Entry::Occupied(entry) => Err(collision(definition, named, *entry.get())),
        }
    }

    /// An error of `definition` if the name is taken.
    pub(super) fn check(&self, definition: &Definition, named: Named<'d>) -> Result<(), SchemaError> {
        self.0.get(&named.identifier()).map_or(Ok(()), |other| Err(collision(definition, named, *other)))
    }
}

fn collision(definition: &Definition, named: Named<'_>, other: Named<'_>) -> SchemaError {
    let [named, other] = [named, other].map(|named| named.in_error_of(definition));
    definition.error(format!("{named} collides with {other}"))
}
