//! What a program knows of its schema while it runs.

/// A schema that was compiled: what must be registered, and what introspection tells.
///
/// Generated as `SCHEMA` beside the types.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its commands.
    pub commands: &'static [SchemaCommand],
    /// Introspection of all its commands and events, and of the types that they reach: a JSON array as
    /// `query-qmp-schema` returns it.
    pub introspection: &'static str,
}

/// A command of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaCommand {
    /// Its name on the wire.
    pub name: &'static str,
    /// `allow-oob`
    pub allow_oob: bool,
}
