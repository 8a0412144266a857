//! Expressions to declarations, each looked at by itself: keys, the types of their values, names, flags, conditions.
//!
//! Names of types stay what they are here: whether they name anything is for [`crate::resolve`] to find out.
//!
//! The order of checks is part of the contract, since a schema with two mistakes is told the same one as by QEMU: what
//! it declares, its name, its comment, its keys, the value of each key, then `if`, `features` and flags.

mod alternate;
mod command;
mod conditional;
mod enumeration;
mod event;
mod features;
mod keys;
mod members;
mod meta;
mod names;
mod payload;
mod structure;
mod type_names;
mod union;

use std::fmt;

use self::meta::Meta;
use crate::doc::{Doc, Tag};
use crate::parse::{Expression, Object, Pragma, Value};
use crate::schema::{Definition, Kind};
use crate::source::{Location, SchemaError};

/// What an expression declares.
///
/// # Errors
/// The first mistake found in it.
pub(crate) fn declare(expression: Expression, pragma: &Pragma) -> Result<Definition, SchemaError> {
    let Expression { location, members: object, doc } = expression;
    let (meta, name) = meta::of(&location, &object)?;
    let context = Context { location: &location, meta, name, pragma };
    names::check_definition(&context)?;
    check_doc(&context, doc.as_ref())?;
    meta.check_keys(&context, &object)?;
    let kind = kind(&context, &object)?;
    let condition = conditional::condition(&context, Part::Expression(meta), &object)?;
    let features = features::features(&context, &object)?;
    match meta {
        Meta::Command => command::check_flags(&context, &object)?,
        Meta::Event => event::check_flags(&context, &object)?,
        Meta::Enum | Meta::Struct | Meta::Union | Meta::Alternate => {}
    }
    let name = name.to_owned();
    Ok(Definition { name, location, condition, features, doc, kind })
}

fn kind(context: &Context<'_>, object: &Object) -> Result<Kind, SchemaError> {
    Ok(match context.meta {
        Meta::Enum => Kind::Enum(enumeration::enumeration(context, object)?),
        Meta::Struct => Kind::Struct(structure::structure(context, object)?),
        Meta::Union => Kind::Union(union::union(context, object)?),
        Meta::Alternate => Kind::Alternate(alternate::alternate(context, object)?),
        Meta::Command => Kind::Command(command::command(context, object)?),
        Meta::Event => Kind::Event(event::event(context, object)?),
    })
}

/// What can be said of a comment without knowing the arguments of what it documents.
fn check_doc(context: &Context<'_>, doc: Option<&Doc>) -> Result<(), SchemaError> {
    let Some(doc) = doc else {
        return match context.pragma.doc_required {
            true => Err(context.error("documentation comment required")),
            false => Ok(()),
        };
    };
    if doc.symbol != context.name {
        return Err(context.error(format!("documentation comment is for '{}'", doc.symbol)));
    }
    for (tag, word) in [(Tag::Returns, "Returns"), (Tag::Errors, "Errors")] {
        if context.meta != Meta::Command && doc.section(tag).is_some() {
            return Err(SchemaError::new(&doc.location, format!("'{word}:' is only valid for commands")));
        }
    }
    Ok(())
}

/// The expression that is looked at, for messages and for exceptions from rules.
struct Context<'a> {
    location: &'a Location,
    meta: Meta,
    name: &'a str,
    pragma: &'a Pragma,
}

impl Context<'_> {
    fn error(&self, message: impl Into<String>) -> SchemaError {
        let error = SchemaError::new(self.location, message);
        if self.name.is_empty() {
            return error;
        }
        error.in_definition(format!("{} '{}'", self.meta.key(), self.name))
    }
}

/// The part of an expression that a message is about.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// All of it.
    Expression(Meta),
    /// The value of a key.
    Key(&'a str),
    /// A member of the value of a key, before its name is known.
    Unnamed(&'a str),
    /// A member of the value of a key.
    Member(&'a str, &'a str),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(meta) => f.write_str(meta.key()),
            Self::Key(key) => write!(f, "'{key}'"),
            Self::Unnamed(key) => write!(f, "'{key}' member"),
            Self::Member(key, name) => write!(f, "'{key}' member '{name}'"),
        }
    }
}

impl Value {
    fn as_string(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Bool(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Bool(_) | Self::List(_) | Self::String(_) => None,
        }
    }

    fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(list) => Some(list),
            Self::Bool(_) | Self::Object(_) | Self::String(_) => None,
        }
    }
}
