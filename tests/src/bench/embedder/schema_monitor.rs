//! A monitor that tells another program's schema, without its commands.

use std::fs;
use std::path::Path;

use actix_qmp::qapi::Schema;
use actix_qmp::{Monitors, VersionInfo};
use serde_json::Value;

use crate::{Context, Outcome};

/// Serves on this socket until killed. `introspection` is a file with the entries, a JSON array.
///
/// # Errors
/// If the file is no introspection, or the socket can't be made.
pub fn serve(path: &Path, introspection: &Path) -> Outcome {
    let text = fs::read_to_string(introspection).context(introspection.display())?;
    let text = without_built_in(&text).context(introspection.display())?;
    // Both live as long as the program.
    let schema: &'static Schema = Box::leak(Box::new(Schema { commands: &[], introspection: text.leak() }));
    super::serve(path, 1, Monitors::builder(VersionInfo::new("schema-monitor")).schema(schema))
}

/// The entries without the commands that every monitor has anyway.
fn without_built_in(introspection: &str) -> serde_json::Result<String> {
    let mut entries: Vec<Value> = serde_json::from_str(introspection)?;
    let built_in =
        |entry: &Value| actix_qmp::schema::SCHEMA.commands.iter().any(|command| entry["name"] == command.name);
    entries.retain(|entry| !built_in(entry));
    serde_json::to_string(&entries)
}
