//! `include` and `pragma`.

use super::super::{Parsed, Value, parse};
use super::{parse_files, parse_text};

fn names(parsed: &Parsed) -> Vec<&Value> {
    parsed.expressions.iter().map(|expression| &expression.members["enum"]).collect()
}

fn strings(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| Value::String((*name).to_owned())).collect()
}

#[test]
fn an_included_file_stands_where_it_is_first_included() {
    let parsed = parse_files(&[
        ("vm.json", b"{ 'enum': 'A' } { 'include': 'sub/cpu.json' } { 'enum': 'D' } { 'include': 'common.json' }"),
        ("sub/cpu.json", b"{ 'include': '../common.json' } { 'enum': 'C' } { 'include': '../sub/../common.json' }"),
        ("common.json", b"{ 'enum': 'B' }"),
    ])
    .unwrap();
    assert_eq!(names(&parsed), strings(&["A", "B", "C", "D"]).iter().collect::<Vec<_>>());
    let files: Vec<_> = parsed.files.iter().map(|file| file.path.display().to_string()).collect();
    assert!(files[1].ends_with("sub/cpu.json"), "{files:?}");
    assert!(files[2].ends_with("sub/../common.json"), "{files:?}");
    assert_eq!(parsed.files.len(), 3);
}

#[test]
fn an_error_names_the_includes_that_lead_to_it() {
    let error = parse_files(&[
        ("vm.json", b"\n{ 'include': 'sub/cpu.json' }"),
        ("sub/cpu.json", b"{ 'include': 'mode.json' }"),
        ("sub/mode.json", b"\n\n{ }"),
    ]);
    assert!(error.is_ok());
    let error = parse_files(&[
        ("vm.json", b"\n{ 'include': 'sub/cpu.json' }"),
        ("sub/cpu.json", b"{ 'include': 'mode.json' }"),
        ("sub/mode.json", b"\n\n{ 'a' }"),
    ]);
    let expected = "In file included from vm.json:2:\nIn file included from sub/cpu.json:1:\n\
                    sub/mode.json:3:7: expected ':'";
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn files_that_include_each_other_are_refused() {
    let error = parse_text("{ 'include': 'vm.json' }").unwrap_err();
    assert_eq!(error, "vm.json:1: inclusion loop for vm.json");
    let error = parse_files(&[("vm.json", b"{ 'include': 'cpu.json' }"), ("cpu.json", b"{ 'include': './vm.json' }")]);
    let expected = "In file included from vm.json:1:\ncpu.json:1: inclusion loop for ./vm.json";
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let error = parse_text("{ 'include': 'none.json' }").unwrap_err();
    assert_eq!(error, "vm.json:1: can't read include file 'none.json': No such file or directory");
    let error = parse_files(&[("vm.json", b"{ 'include': 'sub' }"), ("sub/cpu.json", b"")]).unwrap_err();
    assert_eq!(error, "vm.json:1: can't read include file 'sub': Is a directory");
    let error = parse("none/vm.json".as_ref()).unwrap_err().to_string();
    assert!(error.starts_with("can't read schema file 'none/vm.json': "), "{error}");
}

#[test]
fn includes_have_a_depth_limit() {
    let files: Vec<_> =
        (0..70).map(|at| (format!("{at}.json"), format!("{{ 'include': '{}.json' }}", at + 1))).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let error = parse_files(&files).unwrap_err();
    assert!(error.ends_with("64.json:1: included deeper than 64 levels"), "{error}");
}

#[test]
fn a_directive_stands_alone_and_has_a_value_of_its_type() {
    let error = |text| parse_text(text).unwrap_err();
    assert_eq!(error("{ 'include': 'a', 'b': true }"), "vm.json:1: invalid 'include' directive");
    assert_eq!(error("{ 'include': [] }"), "vm.json:1: value of 'include' must be a string");
    assert_eq!(error("{ 'pragma': { }, 'b': true }"), "vm.json:1: invalid 'pragma' directive");
    assert_eq!(error("{ 'pragma': 'a' }"), "vm.json:1: value of 'pragma' must be an object");
}

#[test]
fn pragmas_of_all_files_add_up() {
    let parsed = parse_files(&[
        (
            "vm.json",
            b"{ 'pragma': { 'doc-required': true, 'command-name-exceptions': [ 'a_b' ] } }\n{ 'include': 'b' }",
        ),
        ("b", b"{ 'pragma': { 'command-name-exceptions': [ 'c_d' ], 'documentation-exceptions': [ 'e' ] } }"),
    ])
    .unwrap();
    assert!(parsed.pragma.doc_required);
    assert_eq!(parsed.pragma.command_name_exceptions, ["a_b", "c_d"]);
    assert_eq!(parsed.pragma.documentation_exceptions, ["e"]);
    assert!(parsed.pragma.command_returns_exceptions.is_empty() && parsed.pragma.member_name_exceptions.is_empty());
}

#[test]
fn a_pragma_is_known_and_has_a_value_of_its_type() {
    let error = |text: &str| parse_text(&format!("{{ 'pragma': {{ {text} }} }}")).unwrap_err();
    assert_eq!(error("'docs': true"), "vm.json:1: unknown pragma 'docs'");
    assert_eq!(error("'doc-required': 'yes'"), "vm.json:1: pragma 'doc-required' must be boolean");
    let message = "vm.json:1: pragma member-name-exceptions must be a list of strings";
    assert_eq!(error("'member-name-exceptions': true"), message);
    assert_eq!(error("'member-name-exceptions': [ 'A', [ ] ]"), message);
}
