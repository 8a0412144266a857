//! Schemas read from files: syntax, includes, pragmas, and texts that nobody wrote on purpose.

mod directives;
mod syntax;
mod torn;

use std::fs;
use std::path::Path;

use super::{Parsed, parse};

/// Reads files of a folder of its own, the first of which is the schema. Errors name files as if the folder were the
/// current one.
fn parse_files(files: &[(&str, &[u8])]) -> Result<Parsed, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let main = folder.path().join(files.first().map_or("missing", |(name, _)| name));
    let prefix = format!("{}/", folder.path().display());
    parse(Path::new(&main)).map_err(|error| error.to_string().replace(&prefix, ""))
}

/// Reads one file, `vm.json`.
pub(crate) fn parse_text(text: &str) -> Result<Parsed, String> {
    parse_files(&[("vm.json", text.as_bytes())])
}
