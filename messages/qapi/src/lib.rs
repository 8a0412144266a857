//! Compiler for QAPI, the schema language of the QEMU Machine Protocol.
//!
//! A schema declares commands, events and types. From it come Rust types and argument checks, the answer to
//! `query-qmp-schema`, and reference documentation. Used from a build script:
//!
//! ```no_run
//! fn main() -> Result<(), actix_qmp_qapi::CompileError> {
//!     actix_qmp_qapi::configure().define("CONFIG_TPM").compile("schema/vmm.json")
//! }
//! ```
//!
//! | step | module | from → to |
//! |---|---|---|
//! | read | `parse` | files → expressions with their documentation comments |
//! | check one by one | `expression` | expressions → declarations |
//! | check together | `resolve` | declarations → [`Schema`] |
//! | decide conditions | [`condition`] | [`Schema`] → [`Schema`] without what is not compiled in |
//! | write | [`introspect`], [`rust`], [`markdown`] | [`Schema`] → text |
//!
//! Source of the language: QEMU's developer document "How to use the QAPI code generator", 7.2 to 8.2.
#![forbid(unsafe_code)]

pub mod condition;
mod config;
pub mod doc;
mod error;
mod expression;
pub mod introspect;
pub mod markdown;
mod parse;
mod resolve;
pub mod rust;
pub mod schema;
pub mod source;

pub use self::condition::{Condition, Defines};
pub use self::config::{Config, configure};
pub use self::error::CompileError;
pub use self::schema::Schema;
pub use self::source::{Location, SchemaError};
