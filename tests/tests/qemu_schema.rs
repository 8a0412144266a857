//! QEMU's own schemas, and the conformance cases of its QAPI compiler, given to ours. `tests/qemu-source` fetches them;
//! without them every test here is skipped, and says so.
//!
//! | module | compares |
//! |---|---|
//! | `definitions` | what is loaded with what is written |
//! | `introspection`, by `renaming` | the answer to `query-qmp-schema` with that of the running QEMU |
//! | `conformance`, but for `exceptions` | errors with the golden texts |
//! | `code` | nothing: rustc reads the code that is made |
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "qemu_schema/code.rs"]
mod code;
#[path = "qemu_schema/conformance.rs"]
mod conformance;
#[path = "qemu_schema/definitions.rs"]
mod definitions;
#[path = "qemu_schema/exceptions.rs"]
mod exceptions;
#[path = "qemu_schema/introspection.rs"]
mod introspection;
#[path = "qemu_schema/renaming.rs"]
mod renaming;
