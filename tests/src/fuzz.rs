//! What the fuzzers run: each function takes any bytes and panics when a promise is broken.
//!
//! The fuzzers themselves are in `tests/fuzz`, a package of its own that is built with coverage; `tests/tests/fuzz_corpora.rs`
//! runs the same functions over what they have kept.

mod differential;
mod framer;
mod options;
mod schema;
mod session;

pub use self::differential::differential;
pub use self::framer::framer;
pub use self::options::options;
pub use self::schema::schema;
pub use self::session::session;

/// A fuzzer's name and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// All that need no other program.
pub const TARGETS: [Target; 4] = [("framer", framer), ("options", options), ("schema", schema), ("session", session)];
