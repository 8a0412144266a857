//! The code that is generated from a schema with every construct. `QAPI_BLESS=1` takes it as it is now.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::Path;
use std::{env, fs};

/// Generates the code of a schema among the fixtures.
fn generated(schema: &Path) -> String {
    let output = tempfile::NamedTempFile::new().unwrap();
    actix_qmp_qapi::configure().define("CONFIG_SHOWN").write_to(schema, output.path()).unwrap();
    fs::read_to_string(output.path()).unwrap()
}

/// Runs rustfmt with its defaults, if there is one.
fn formatted(code: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("code.rs");
    fs::write(&file, code).unwrap();
    let config = folder.path().join("rustfmt.toml");
    fs::write(&config, "edition = \"2024\"\n").unwrap();
    let status = std::process::Command::new("rustfmt").arg("--config-path").arg(&config).arg(&file).status().ok()?;
    assert!(status.success(), "rustfmt does not read the code");
    Some(fs::read_to_string(&file).unwrap())
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
    for (line, (now, then)) in code.lines().zip(recorded.lines()).enumerate() {
        assert_eq!(now, then, "line {} is another than in {}; QAPI_BLESS=1 takes it", line + 1, record.display());
    }
    assert_eq!(code.len(), recorded.len());
}

#[test]
fn code_is_laid_out_as_rustfmt_would() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every_construct.json");
    let code = generated(&schema);
    if let Some(formatted) = formatted(&code) {
        for (line, (ours, theirs)) in code.lines().zip(formatted.lines()).enumerate() {
            assert_eq!(ours, theirs, "line {}", line + 1);
        }
    }
}

#[test]
fn generating_twice_gives_the_same_code() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every_construct.json");
    assert_eq!(generated(&schema), generated(&schema));
}
