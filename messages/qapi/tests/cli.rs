//! The command line tool: what it prints, where to, and how it ends.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![cfg(feature = "cli")]

use std::path::PathBuf;
use std::process::{Command, Output};

use actix_qmp_qapi::introspect::{introspect_with, to_json, to_json_pretty};
use actix_qmp_qapi::{Defines, Schema, markdown};

fn machine() -> String {
    fixture("machine.json")
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/backends/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn qapi(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qapi")).args(arguments).output().unwrap()
}

#[track_caller]
fn stdout_of(arguments: &[&str]) -> String {
    let output = qapi(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    (directory, path)
}

#[test]
fn check_counts_all_that_may_exist() {
    let file = machine();
    assert_eq!(stdout_of(&["check", &file]), format!("{file}: 9 commands, 3 events, 12 types\n"));
}

#[test]
fn check_with_define_counts_what_exists_then() {
    let file = machine();
    let summary = stdout_of(&["check", &file, "--define", "CONFIG_CONSOLE=1"]);
    assert_eq!(summary, format!("{file}: 8 commands, 3 events, 11 types\n"));
}

#[test]
fn a_wrong_schema_ends_with_1_and_the_place_on_stderr() {
    let (_directory, path) = scratch("wrong.json");
    std::fs::write(&path, "\n{ 'command': 'stop', 'allow-oob': false }\n").unwrap();
    for subcommand in ["check", "introspect", "rust", "doc"] {
        let output = qapi(&[subcommand, path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{subcommand}");
        assert!(output.stdout.is_empty());
        assert!(stderr(&output).contains("wrong.json:2: "), "{}", stderr(&output));
    }
}

#[test]
fn a_file_that_is_not_there_ends_with_1_and_its_name() {
    let output = qapi(&["check", "no-such-schema.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no-such-schema.json"), "{}", stderr(&output));
}

#[test]
fn an_output_that_can_not_be_written_ends_with_1_and_its_name() {
    let output = qapi(&["doc", &machine(), "-o", "no-such-directory/out.md"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("can't write file 'no-such-directory/out.md'"), "{}", stderr(&output));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let file = machine();
    let wrong: [&[&str]; 5] = [
        &[],
        &["introspect"],
        &["compile", &file],
        &["check", &file, "--define", "CONFIG-TPM"],
        &["check", &file, "--define", "=1"],
    ];
    for arguments in wrong {
        assert_eq!(qapi(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn help_teaches_with_examples() {
    let help = stdout_of(&["--help"]);
    assert!(help.contains("Examples:"), "{help}");
    assert!(help.contains("qapi introspect schema/vmm.json --define CONFIG_TPM --pretty"), "{help}");
    assert!(stdout_of(&["doc", "--help"]).contains("--define <NAME[=VALUE]>"));
}

#[test]
fn introspect_prints_the_answer_for_the_defines_on_one_line_or_many() {
    let mut defines = Defines::default();
    defines.define("CONFIG_REMOTE").define("CONFIG_CRASH");
    let entries = introspect_with(&Schema::load(machine()).unwrap(), &defines);
    let arguments = ["introspect", &machine(), "--define", "CONFIG_REMOTE", "--define", "CONFIG_CRASH", "--pretty"];
    assert_eq!(stdout_of(&arguments[..6]), to_json(&entries) + "\n");
    assert_eq!(stdout_of(&arguments), to_json_pretty(&entries) + "\n");
}

#[test]
fn doc_goes_to_a_file_with_its_title_when_asked() {
    let (_directory, path) = scratch("reference.md");
    let printed = stdout_of(&["doc", &machine(), "--title", "Manual", "--output", path.to_str().unwrap()]);
    assert_eq!(printed, "");
    let expected = markdown::reference(&Schema::load(machine()).unwrap(), "Manual");
    assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
}

#[test]
fn rust_prints_what_a_build_script_gets() {
    let (_directory, path) = scratch("machine.rs");
    actix_qmp_qapi::configure().define("CONFIG_REMOTE").write_to(machine(), &path).unwrap();
    let printed = stdout_of(&["rust", &machine(), "--define", "CONFIG_REMOTE"]);
    assert_eq!(printed, std::fs::read_to_string(path).unwrap());
}

#[test]
fn the_help_of_rust_says_what_is_printed() {
    let code = stdout_of(&["rust", &machine()]);
    let help = stdout_of(&["rust", "--help"]);
    assert!(code.contains("pub static SCHEMA") && help.contains("SCHEMA"), "{help}");
    assert!(!help.contains("handler"), "{help}");
}

#[test]
fn a_value_behind_a_define_makes_no_difference() {
    let with = |define: &str| stdout_of(&["introspect", &machine(), "--define", define]);
    assert_eq!(with("CONFIG_REMOTE=0"), with("CONFIG_REMOTE"));
    assert_ne!(with("CONFIG_REMOTE"), with("CONFIG_LOCAL"));
}

#[test]
fn rust_prints_code() {
    let code = stdout_of(&["rust", &machine(), "--define", "CONFIG_CONSOLE"]);
    assert!(code.starts_with("// Generated from machine.json"), "{}", &code[..80]);
    assert!(code.contains("read-console"));
    assert!(!code.contains("query-remote"));
}
