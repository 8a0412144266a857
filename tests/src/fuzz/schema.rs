//! The schema compiler.

use std::path::PathBuf;

use actix_qmp_qapi::introspect::{introspect, to_json};
use actix_qmp_qapi::markdown::reference;
use actix_qmp_qapi::{Defines, Schema, configure};
use serde_json::Value;
use tempfile::TempDir;

/// More than this can't be wrong in a way that less can't.
const LONGEST: usize = 16 << 10;

thread_local! {
    static FILE: (TempDir, PathBuf) = {
        let folder = tempfile::tempdir().expect("a folder for the schema");
        let file = folder.path().join("schema.json");
        (folder, file)
    };
}

/// A schema is refused with its place, or everything can be made of it.
///
/// # Panics
/// If not.
pub fn schema(data: &[u8]) {
    // Not the files of this machine.
    if data.len() > LONGEST || data.windows(7).any(|word| word == b"include") {
        return;
    }
    FILE.with(|(_, file)| {
        std::fs::write(file, data).expect("a file for the schema");
        match Schema::load(file) {
            Ok(schema) => compile(&schema, file),
            Err(error) => assert!(error.to_string().contains("schema.json:"), "an error without a place: {error}"),
        }
    });
}

fn compile(schema: &Schema, file: &PathBuf) {
    serde_json::from_str::<Value>(&to_json(&introspect(schema))).expect("introspection is JSON");
    assert!(reference(schema, "Reference").starts_with("# Reference"));
    schema.configured(&Defines::default()).expect("what is right remains so when conditions are decided");
    configure().generate(file).expect("code of what is right");
}
