//! The schema's JSON and where comments may stand.

use super::super::{Object, Value};
use super::parse_text;

fn members(text: &str) -> Object {
    parse_text(text).unwrap().expressions.remove(0).members
}

fn error(text: &str) -> String {
    parse_text(text).unwrap_err()
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn an_expression_is_an_object_of_strings_booleans_lists_and_objects() {
    let members = members("{ 'command': 'stop', 'gen': false, 'data': { 'all': [ 'bool', { } ], 'none': [] } }");
    let names: Vec<_> = members.keys().collect();
    assert_eq!(names, ["command", "gen", "data"]);
    assert_eq!(members["gen"], Value::Bool(false));
    let list = vec![string("bool"), Value::Object(Object::new())];
    let data = [("all".to_owned(), Value::List(list)), ("none".to_owned(), Value::List(Vec::new()))];
    assert_eq!(members["data"], Value::Object(data.into_iter().collect()));
}

#[test]
fn expressions_are_placed_at_their_first_line() {
    let parsed = parse_text("# CPUs\n{ 'enum': 'A', 'data': [] }\n\n   {\n 'enum': 'B' } { 'enum': 'C' }").unwrap();
    let lines: Vec<_> = parsed.expressions.iter().map(|expression| expression.location.line).collect();
    assert_eq!(lines, [2, 4, 5]);
}

#[test]
fn comments_may_stand_anywhere_outside_of_strings() {
    let members = members("{ # opens\n 'command': # a name\n 'a#b' # closes\n}# end");
    assert_eq!(members["command"], string("a#b"));
}

#[test]
fn a_file_without_expressions_is_fine() {
    assert!(parse_text("").unwrap().expressions.is_empty());
    assert!(parse_text("# nothing").unwrap().expressions.is_empty());
}

#[test]
fn the_only_escape_is_that_of_the_backslash() {
    assert_eq!(members(r"{ 'a\\b': 'c' }")[r"a\b"], string("c"));
    assert_eq!(error(r"{ 'a': 'b\n' }"), r"vm.json:1:8: unknown escape \n");
    assert_eq!(error("{ 'a\\\n': 'b' }"), "vm.json:1:3: missing terminating \"'\"");
}

#[test]
fn strings_are_printable_ascii_on_one_line() {
    assert_eq!(error("{\n 'a\t': 'b' }"), "vm.json:2:2: funny character in string");
    assert_eq!(error("{ 'ä': 'b' }"), "vm.json:1:3: funny character in string");
    assert_eq!(error("{ 'a\n': 'b' }"), "vm.json:1:3: missing terminating \"'\"");
    assert_eq!(error("{ 'a"), "vm.json:1:3: missing terminating \"'\"");
}

#[test]
fn words_numbers_and_other_quotes_are_strays() {
    assert_eq!(error("{ 'a': null }"), "vm.json:1:8: stray 'null'");
    assert_eq!(error("{ 'a': -1.5, }"), "vm.json:1:8: stray '-1.5'");
    assert_eq!(error("{ \"a\": true }"), "vm.json:1:3: stray '\"a\"'");
    assert_eq!(error("{ 'a': trues }"), "vm.json:1:12: stray 's'");
    assert_eq!(error("ü: 1"), "vm.json:1:1: stray 'ü'");
}

#[test]
fn punctuation_has_its_place() {
    assert_eq!(error("{ , }"), "vm.json:1:3: expected string or '}'");
    assert_eq!(error("{ 'a' 'b' }"), "vm.json:1:7: expected ':'");
    assert_eq!(error("{ 'a': }"), "vm.json:1:8: expected '{', '[', string, or boolean");
    assert_eq!(error("{ 'a': 'b' 'c' }"), "vm.json:1:12: expected ',' or '}'");
    assert_eq!(error("{ 'a': 'b', }"), "vm.json:1:13: expected string");
    assert_eq!(error("{ 'a': [ , ] }"), "vm.json:1:10: expected '{', '[', ']', string, or boolean");
    assert_eq!(error("{ 'a': [ 'b' }"), "vm.json:1:14: expected ',' or ']'");
    assert_eq!(error("{ 'a': [ 'b', ] }"), "vm.json:1:15: expected '{', '[', string, or boolean");
    assert_eq!(error("{ } }"), "vm.json:1:5: expected '{', '[', string, or boolean");
}

#[test]
fn the_end_of_the_file_is_at_its_last_line() {
    assert_eq!(error("{ 'a':"), "vm.json:1:7: expected '{', '[', string, or boolean");
    assert_eq!(error("{ 'a':\n\n\n"), "vm.json:3:1: expected '{', '[', string, or boolean");
}

#[test]
fn a_name_stands_once_in_an_object() {
    assert_eq!(error("{ 'a': 'b',\n  'a': 'b' }"), "vm.json:2:8: duplicate key 'a'");
}

#[test]
fn only_objects_are_expressions() {
    for text in ["'a'", "[ ]", "true"] {
        assert_eq!(error(text), "vm.json:1: top-level expression must be an object");
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |levels: usize| format!("{{ 'a': {}{} }}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse_text(&nested(63)).is_ok());
    assert_eq!(error(&nested(64)), "vm.json:1:71: nested deeper than 64 levels");
    assert_eq!(error(&"[".repeat(1_000_000)), "vm.json:1:65: nested deeper than 64 levels");
}

#[test]
fn documentation_begins_and_ends_with_a_line_of_two_marks() {
    assert_eq!(error("### CPUs"), "vm.json:1:1: junk after '##' at start of documentation comment");
    assert_eq!(error("##\n# CPUs\n## end"), "vm.json:3:1: junk after '##' at end of documentation comment");
    assert_eq!(error("##\n# CPUs\n{ }"), "vm.json:3:1: documentation comment must end with '##'");
    assert_eq!(error("##\n# CPUs\n#"), "vm.json:3:2: documentation comment must end with '##'");
    assert_eq!(error("##\n#CPUs\n##"), "vm.json:2:1: missing space after #");
}

#[test]
fn documentation_stands_between_expressions() {
    assert_eq!(error("{ 'a': true,\n##\n# b\n##\n 'c': true }"), "vm.json:2:1: expected string");
    let parsed = parse_text("##\n# = CPUs\n##\n\n##\n# @a:\n##\n{ 'enum': 'a' }\n##\n# end\n##\n").unwrap();
    let free_form: Vec<_> = parsed.free_form.iter().map(|(before, part)| (*before, part.text.as_str())).collect();
    assert_eq!(free_form, [(0, "= CPUs"), (1, "end")]);
}

#[test]
fn a_definitions_documentation_is_right_before_it() {
    let message = "vm.json:1: documentation for 'a' is not followed by the definition";
    for text in ["", "{ 'include': 'b.json' }", "{ 'pragma': { } }", "##\n# text\n##\n{ 'enum': 'a' }"] {
        assert_eq!(error(&format!("##\n# @a:\n##\n{text}")), message);
    }
    let message = "vm.json:1: definition documentation required";
    assert_eq!(error("##\n# a:\n##\n{ 'enum': 'a' }"), message);
}
