//! The rules of the schema language, one small schema for each.
//!
//! `conformance/bad/NAME.json` is refused with exactly the text of `NAME.err` next to it; `conformance/good/NAME.json`
//! is accepted. Files that others include are in a folder `included`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use actix_qmp_qapi::Schema;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(name)
}

/// The names of the files with this extension, without it, in order.
fn cases(folder: &Path, extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let matching = entries.filter(|path| path.extension().is_some_and(|found| found == extension));
    matching.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Lines that are expected and missing, and lines that are there and unexpected.
fn diff(expected: &str, found: &str) -> String {
    let side = |mark: char, ours: &str, theirs: &str| -> String {
        let only = ours.lines().filter(|line| !theirs.lines().any(|other| other == *line));
        only.map(|line| format!("  {mark} {line}\n")).collect()
    };
    side('-', expected, found) + &side('+', found, expected)
}

#[test]
fn bad_schemas_are_refused_with_exactly_the_golden_text() {
    let folder = folder("bad");
    let (schemas, goldens) = (cases(&folder, "json"), cases(&folder, "err"));
    assert_eq!(schemas, goldens, "every bad schema has a golden text and every golden text a schema");
    assert!(schemas.len() >= 120, "only {} cases", schemas.len());
    // Messages name files as they were named to the compiler: bare names, whatever the place of the repository.
    std::env::set_current_dir(&folder).unwrap();
    let mut report = String::new();
    for name in &schemas {
        let golden = fs::read_to_string(format!("{name}.err")).unwrap();
        let found = match Schema::load(format!("{name}.json")) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        if found.trim_end() != golden.trim_end() {
            report += &format!("{name}.json\n{}", diff(&golden, &found));
        }
    }
    assert!(report.is_empty(), "- expected, + found\n{report}");
}

#[test]
fn good_schemas_are_accepted() {
    let folder = folder("good");
    let schemas = cases(&folder, "json");
    assert!(schemas.len() >= 25, "only {} cases", schemas.len());
    let refused = schemas.iter().filter_map(|name| {
        let error = Schema::load(folder.join(format!("{name}.json"))).err()?;
        Some(format!("{name}.json\n  {error}\n"))
    });
    let report: String = refused.collect();
    assert!(report.is_empty(), "{report}");
}
