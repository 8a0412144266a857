//! The key that says what an expression declares, and the keys that go with it.

use super::{Context, Part, keys};
use crate::parse::Object;
use crate::schema::Kind;
use crate::source::{Location, SchemaError};

/// What can be declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meta {
    Enum,
    Struct,
    Union,
    Alternate,
    Command,
    Event,
}

impl Meta {
    const ALL: [Self; 6] = [Self::Enum, Self::Struct, Self::Union, Self::Alternate, Self::Command, Self::Event];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Enum => "enum",
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Alternate => "alternate",
            Self::Command => "command",
            Self::Event => "event",
        }
    }

    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Enum => &["enum", "data"],
            Self::Struct => &["struct", "data"],
            Self::Union => &["union", "base", "discriminator", "data"],
            Self::Alternate => &["alternate", "data"],
            Self::Command => &["command"],
            Self::Event => &["event"],
        }
    }

    const fn optional(self) -> &'static [&'static str] {
        match self {
            Self::Enum => &["if", "features", "prefix"],
            Self::Struct => &["if", "features", "base"],
            Self::Union | Self::Alternate => &["if", "features"],
            Self::Command => &[
                "if",
                "features",
                "data",
                "boxed",
                "returns",
                "gen",
                "success-response",
                "allow-oob",
                "allow-preconfig",
                "coroutine",
            ],
            Self::Event => &["if", "features", "data", "boxed"],
        }
    }

    pub(super) fn check_keys(self, context: &Context<'_>, object: &Object) -> Result<(), SchemaError> {
        keys::check(context, Part::Expression(self), object, self.required(), self.optional())
    }
}

/// What an expression declares, and the name it gives it.
pub(super) fn of<'o>(location: &Location, object: &'o Object) -> Result<(Meta, &'o str), SchemaError> {
    let mut found = Meta::ALL.into_iter().filter_map(|meta| object.get(meta.key()).map(|name| (meta, name)));
    let (Some((meta, name)), None) = (found.next(), found.next()) else {
        let all = keys::quoted(Meta::ALL.into_iter().map(Meta::key));
        return Err(SchemaError::new(location, format!("expression must have exactly one key {all}")));
    };
    match name.as_string() {
        Some(name) => Ok((meta, name)),
        None => Err(SchemaError::new(location, format!("'{}' requires a string name", meta.key()))),
    }
}

impl Kind {
    /// The key that declares it.
    pub(crate) const fn keyword(&self) -> &'static str {
        match self {
            Self::Enum(_) => Meta::Enum.key(),
            Self::Struct(_) => Meta::Struct.key(),
            Self::Union(_) => Meta::Union.key(),
            Self::Alternate(_) => Meta::Alternate.key(),
            Self::Command(_) => Meta::Command.key(),
            Self::Event(_) => Meta::Event.key(),
        }
    }
}
