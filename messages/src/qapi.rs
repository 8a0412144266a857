//! What code that is generated from a schema is made of: QAPI's types in Rust, checked in the protocol's words.
//!
//! A value is checked member by member in the order of its schema, what nobody expected last, as QEMU does it: so the first
//! of several faults is the same one.

mod builtin;
mod json;
mod members;
mod object;
mod place;
mod schema;

pub use actix;
pub use serde;
pub use serde_json::{Map, Value};

pub use self::builtin::QType;
pub use self::json::Json;
pub use self::members::{Arguments, Members};
pub use self::object::{QapiObject, write_optional};
pub use self::place::{MAX_DEPTH, Place, STACK_BUDGET};
pub use self::schema::{Schema, SchemaCommand};
pub use crate::command::{Command, Empty, Event};
pub use crate::error::QmpError;
#[doc(inline)]
pub use crate::{qapi_enum as enumeration, qapi_object as object, qapi_value as value};

/// A Rust type of a QAPI type.
pub trait QapiType: Sized {
    /// Checks a value and takes it; `place` is where it stands.
    ///
    /// # Errors
    /// In the protocol's words.
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError>;
}

/// A Rust enum of a QAPI enum.
pub trait QapiEnum: Copy + 'static {
    /// Its values by their names on the wire, in the order of the schema.
    const VALUES: &'static [(&'static str, Self)];

    /// The name on the wire.
    fn name(self) -> &'static str;
}

/// Puts the code that was generated from `NAME.json` in a build script here.
#[macro_export]
macro_rules! include_schema {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
