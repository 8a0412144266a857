//! Declarations to a schema, looked at together: every name names something, and something that may stand there.
//!
//! ```text
//! declare all ─► names are unique ─► each in turn: arrays, members, what it is, its comment ─► order by file
//! ```
//! Each stage ends before the next begins, so the first mistake that is told is that of QEMU. Nothing here recurses by
//! the schema's shape: chains of bases and of unions may be as long as memory allows.

mod alternate;
mod arrays;
mod clash;
pub(crate) mod documentation;
mod features;
mod modules;
mod object;
mod payload;
#[cfg(test)]
mod tests;
mod types;

use std::path::Path;

use indexmap::IndexMap;
use indexmap::map::Entry;

use self::clash::Seen;
use self::types::Types;
use crate::CompileError;
use crate::expression;
use crate::parse::{self, Parsed, Pragma};
use crate::schema::{Base, Builtin, Definition, Enum, Kind, Payload, Schema};
use crate::source::SchemaError;

impl Schema {
    /// Reads and checks a schema.
    ///
    /// Conditions stay in it: [`Schema::configured`] decides them.
    ///
    /// # Errors
    /// A file can't be read, or the schema is wrong.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CompileError> {
        Ok(resolve(parse::parse(path.as_ref())?)?)
    }
}

/// Checks a schema that was read.
///
/// # Errors
/// The first mistake found in it.
pub(crate) fn resolve(parsed: Parsed) -> Result<Schema, SchemaError> {
    let Parsed { files, expressions, free_form, pragma } = parsed;
    let declare = |expression| expression::declare(expression, &pragma);
    let declared = expressions.into_iter().map(declare).collect::<Result<Vec<_>, _>>()?;
    let mut definitions = by_name(declared)?;
    Checker { types: Types::new(&definitions), pragma: &pragma }.check_all()?;
    definitions.values_mut().for_each(documentation::complete);
    Ok(modules::in_order(&files, definitions, free_form))
}

/// Definitions by their names, which must be unique over all kinds and not those of the language's types.
fn by_name(declared: Vec<Definition>) -> Result<IndexMap<String, Definition>, SchemaError> {
    let mut definitions = IndexMap::with_capacity(declared.len());
    for definition in declared {
        if let Some(builtin) = Builtin::of_name(&definition.name) {
            return Err(definition.error(format!("{} is already defined", types::describe_builtin(builtin))));
        }
        match definitions.entry(definition.name.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(definition);
            }
            Entry::Occupied(entry) => {
                let previous = entry.get().error("previous definition");
                return Err(definition.error(format!("'{}' is already defined\n{previous}", definition.name)));
            }
        }
    }
    Ok(definitions)
}

/// Checks definitions against each other.
struct Checker<'d> {
    types: Types<'d>,
    pragma: &'d Pragma,
}

impl<'d> Checker<'d> {
    fn check_all(&self) -> Result<(), SchemaError> {
        let mut objects = object::Objects::new(&self.types);
        for definition in self.types.definitions() {
            self.check(definition, &mut objects)?;
            documentation::check(definition, self.pragma)?;
        }
        Ok(())
    }

    fn check(&self, definition: &'d Definition, objects: &mut object::Objects<'_, 'd>) -> Result<(), SchemaError> {
        arrays::check_members(&self.types, definition)?;
        match &definition.kind {
            Kind::Enum(enumeration) => {
                features::check(definition)?;
                check_values(definition, enumeration)
            }
            Kind::Struct(_) => objects.check(definition),
            Kind::Union(union) => {
                // Its inline base counts as a type of its own, which is defined first.
                if let Base::Inline(members) = &union.base {
                    self.types.check_members(definition, clash::Role::BaseMember, members, &mut Seen::default())?;
                }
                objects.check(definition)
            }
            Kind::Alternate(alternate) => {
                features::check(definition)?;
                alternate::check(&self.types, definition, alternate)
            }
            Kind::Command(command) => {
                self.check_parameters(definition, &command.arguments)?;
                arrays::check(&self.types, definition, command.returns.as_ref())?;
                features::check(definition)?;
                payload::check(&self.types, definition, &command.arguments)?;
                payload::check_returns(&self.types, definition, command, self.pragma)
            }
            Kind::Event(event) => {
                self.check_parameters(definition, &event.data)?;
                features::check(definition)?;
                payload::check(&self.types, definition, &event.data)
            }
        }
    }

    fn check_parameters(&self, definition: &'d Definition, payload: &'d Payload) -> Result<(), SchemaError> {
        match payload {
            Payload::Inline(members) => {
                self.types.check_members(definition, clash::Role::Parameter, members, &mut Seen::default())
            }
            Payload::Empty | Payload::Named { .. } => Ok(()),
        }
    }
}

fn check_values<'d>(definition: &'d Definition, enumeration: &'d Enum) -> Result<(), SchemaError> {
    let mut seen = Seen::default();
    for value in &enumeration.values {
        seen.add(definition, clash::Named::new(clash::Role::Value, &value.name))?;
        features::check_unique(definition, &value.features, Some(clash::Owner::Value(&value.name)))?;
    }
    Ok(())
}

impl Definition {
    /// An error about it.
    pub(crate) fn error(&self, message: impl Into<String>) -> SchemaError {
        SchemaError::new(&self.location, message).in_definition(format!("{} '{}'", self.kind.keyword(), self.name))
    }
}
