//! The code that is generated from a schema with every construct. `QAPI_BLESS=1` takes it as it is now.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Generates the code of a schema among the fixtures.
fn generated(schema: &Path) -> String {
    let output = tempfile::NamedTempFile::new().unwrap();
    actix_qmp_qapi::configure().define("CONFIG_SHOWN").write_to(schema, output.path()).unwrap();
    fs::read_to_string(output.path()).unwrap()
}

/// Runs rustfmt with its defaults; `None` if there is none.
fn formatted(code: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("code.rs");
    fs::write(&file, code).unwrap();
    let config = folder.path().join("rustfmt.toml");
    fs::write(&config, "edition = \"2024\"\n").unwrap();
    match Command::new("rustfmt").arg("--config-path").arg(&config).arg(&file).status() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        status => {
            assert!(status.unwrap().success(), "rustfmt does not read the code");
            Some(fs::read_to_string(&file).unwrap())
        }
    }
}

/// Compares whole texts, and shows the first line that is another.
fn assert_same(ours: &str, theirs: &str, whose: &str) {
    let mut lines = (ours.lines().map(Some).chain([None])).zip(theirs.lines().map(Some).chain([None]));
    if let Some(line) = lines.clone().position(|(ours, theirs)| ours != theirs) {
        let (ours, theirs) = lines.nth(line).unwrap();
        panic!("line {} is {ours:?}, but {theirs:?} {whose}", line + 1);
    }
    assert!(ours == theirs, "another line end than {whose}");
}

#[test]
fn code_of_every_construct_is_the_one_on_record() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let code = generated(&fixtures.join("every_construct.json"));
    let record = fixtures.join("every_construct.rs");
    if env::var_os("QAPI_BLESS").is_some() {
        fs::write(&record, &code).unwrap();
    }
    let recorded = fs::read_to_string(&record).unwrap();
    assert_same(&code, &recorded, &format!("in {}; QAPI_BLESS=1 takes it", record.display()));
}

#[test]
fn code_is_laid_out_as_rustfmt_would() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every_construct.json");
    let code = generated(&schema);
    match formatted(&code) {
        Some(formatted) => assert_same(&code, &formatted, "by rustfmt"),
        // Not eprintln!, which libtest would capture.
        None => io::stderr().write_all(b"SKIPPED: code_is_laid_out_as_rustfmt_would: no rustfmt here\n").unwrap(),
    }
}

#[test]
#[should_panic(expected = "line 2 is None, but Some(\"b\")")]
fn a_line_too_few_at_the_end_is_another_text() {
    assert_same("a\n", "a\nb\n", "there");
}

/// A literal with a `?` for each of 120 members took a minute and a half to optimize.
#[test]
fn members_are_taken_by_a_statement_each() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("wide.json");
    let members: Vec<String> = (0..120).map(|index| format!("'*m{index}': 'str'")).collect();
    fs::write(&schema, format!("{{ 'struct': 'Wide', 'data': {{ {} }} }}", members.join(", "))).unwrap();
    let code = generated(&schema);
    let taken = code.lines().filter(|line| line.contains("members.optional("));
    assert!(taken.clone().all(|line| line.trim_start().starts_with("let ") && line.ends_with("?;")), "{code}");
    assert_eq!(taken.count(), 120);
}

#[test]
fn generating_twice_gives_the_same_code() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every_construct.json");
    assert_eq!(generated(&schema), generated(&schema));
}
