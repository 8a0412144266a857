//! Comments of all forms, taken apart.

use super::{Doc, FreeForm, Tag};
use crate::parse::tests::parse_text;

/// The documentation that a comment with these lines gives to a definition.
fn doc(lines: &str) -> Doc {
    try_doc(lines).unwrap()
}

fn error(lines: &str) -> String {
    try_doc(lines).unwrap_err()
}

fn try_doc(lines: &str) -> Result<Doc, String> {
    let schema = format!("{}{{ 'command': 'start' }}\n", comment(&format!("@start:\n{lines}")));
    let parsed = parse_text(&schema)?;
    Ok(parsed.expressions[0].doc.clone().unwrap())
}

fn free_form(lines: &str) -> Result<Vec<FreeForm>, String> {
    let parsed = parse_text(&comment(lines))?;
    Ok(parsed.free_form.into_iter().map(|(_, part)| part).collect())
}

fn comment(lines: &str) -> String {
    let lines = lines.lines().map(|line| format!("# {line}").trim_end().to_owned() + "\n");
    format!("##\n{}##\n", lines.collect::<String>())
}

fn members(doc: &Doc) -> Vec<(&str, &str)> {
    doc.members.iter().map(|item| (item.name.as_str(), item.text.as_str())).collect()
}

fn sections(doc: &Doc) -> Vec<(Option<Tag>, &str)> {
    doc.sections.iter().map(|section| (section.tag, section.text.as_str())).collect()
}

#[test]
fn a_definition_has_overview_members_features_and_sections() {
    let doc =
        doc("\nStarts the guest.\n\nAt once.\n\n@cpu: which\n@mode:\n    how\n\nFeatures:\n\n@unstable: may go\n\n\
                   Returns: its state\n\nErrors:\n    - if it runs\n\nSince: 1.0");
    assert_eq!(doc.symbol, "start");
    assert_eq!(doc.body, "Starts the guest.\n\nAt once.");
    assert_eq!(members(&doc), [("cpu", "which"), ("mode", "how")]);
    assert_eq!(doc.features[0].name, "unstable");
    assert_eq!(doc.features[0].text, "may go");
    assert_eq!(doc.section(Tag::Returns), Some("its state"));
    assert_eq!(doc.section(Tag::Errors), Some("- if it runs"));
    assert_eq!(doc.section(Tag::Since), Some("1.0"));
    assert_eq!(doc.location.line, 1);
    assert_eq!(doc.members[0].location.line, 8);
    assert_eq!(doc.sections[0].location.line, 16);
}

#[test]
fn a_description_goes_on_in_the_old_and_the_new_indentation() {
    let old = doc("@cpu: which\n      one\n\n        even\n\n      this");
    assert_eq!(members(&old), [("cpu", "which\none\n\n  even\n\nthis")]);
    let new = doc("@cpu: which\n    one\n\n    even this");
    assert_eq!(members(&new), [("cpu", "which\none\n\neven this")]);
}

#[test]
fn a_description_may_begin_on_the_next_line() {
    assert_eq!(members(&doc("@cpu:\nwhich\none")), [("cpu", "which\none")]);
    assert_eq!(members(&doc("@cpu:\n  which\n    one")), [("cpu", "which\n  one")]);
    assert_eq!(members(&doc("@cpu:\n\n  which\n  one")), [("cpu", "which\none")]);
}

#[test]
fn a_description_may_go_on_without_indentation_up_to_a_blank_line() {
    let doc = doc("@cpu: which\none\n  even\n\nmore");
    assert_eq!(members(&doc), [("cpu", "which\none\n  even")]);
    assert_eq!(sections(&doc), [(None, "more")]);
}

#[test]
fn a_paragraph_that_is_not_indented_ends_a_description() {
    let doc = doc("@cpu: which\n\n.. note::\n   It is slow.\n\n   Very.\n\nSince: 1.0");
    assert_eq!(members(&doc), [("cpu", "which")]);
    assert_eq!(sections(&doc), [(None, ".. note::\n   It is slow.\n\n   Very."), (Some(Tag::Since), "1.0")]);
}

#[test]
fn notes_and_examples_go_on_to_the_next_tag() {
    let doc = doc("Notes:\n\n- one\n\ntwo\nExample:\n\n -> { }\n\n <- { }\nSince: 1.0");
    let expected =
        [(Some(Tag::Notes), "- one\n\ntwo"), (Some(Tag::Example), "-> { }\n\n<- { }"), (Some(Tag::Since), "1.0")];
    assert_eq!(sections(&doc), expected);
}

#[test]
fn a_tag_with_two_colons_or_of_another_case_is_text() {
    let doc = doc("Examples::\n\n  make\n\nsince: 1.0\nReturns:nothing");
    assert_eq!(doc.body, "Examples::\n\n  make\n\nsince: 1.0\nReturns:nothing");
    assert!(doc.sections.is_empty());
}

#[test]
fn a_reference_at_the_beginning_of_a_line_is_text() {
    let doc = doc("@cpu and @mode: both\n@cpu is one\n  @mode: indented");
    assert_eq!(doc.body, "@cpu and @mode: both\n@cpu is one\n  @mode: indented");
}

#[test]
fn a_name_that_nothing_can_have_is_a_name_all_the_same() {
    let doc = doc("@'boxed':\n    true\n@cpu(s): which");
    assert_eq!(members(&doc), [("'boxed'", "true"), ("cpu(s)", "which")]);
    let error = free_form("About CPUs\n@'cpu': one").unwrap_err();
    assert_eq!(error, "vm.json:3:1: '@'cpu':' not allowed in free-form documentation");
}

#[test]
fn a_reference_below_the_line_for_features_is_text() {
    let doc = doc("About it.\n\nFeatures:\n@cpu is one\nof them\n\nSince: 1.0");
    assert!(doc.features.is_empty());
    assert_eq!(doc.body, "About it.");
    assert_eq!(sections(&doc), [(None, "@cpu is one\nof them"), (Some(Tag::Since), "1.0")]);
}

#[test]
fn returns_may_be_written_in_the_singular() {
    assert_eq!(doc("Return: it").section(Tag::Returns), Some("it"));
}

#[test]
fn a_feature_may_have_the_name_of_a_member() {
    let doc = doc("@fast: whether\n\nFeatures:\n@fast: there is @fast");
    assert_eq!((doc.members.len(), doc.features.len()), (1, 1));
}

#[test]
fn text_that_falls_out_of_its_indentation_is_refused() {
    let message = "vm.json:5:1: unexpected de-indent (expected at least 6 spaces)";
    assert_eq!(error("@cpu: which\n      one\n   even"), message);
    let message = "vm.json:5:1: unexpected de-indent (expected at least 2 spaces)";
    assert_eq!(error("@cpu: which\n  one\n even"), message);
}

#[test]
fn what_is_given_twice_is_refused() {
    assert_eq!(error("@cpu: a\n@cpu: b"), "vm.json:4:1: 'cpu' parameter name duplicated");
    assert_eq!(error("Features:\n@f: a\n@f: b"), "vm.json:5:1: 'f' parameter name duplicated");
    assert_eq!(error("Since: 1\nSince: 2"), "vm.json:4:1: duplicated 'Since' section");
    assert_eq!(error("Features:\n@f: a\nFeatures:"), "vm.json:5:1: duplicated 'Features:' line");
}

#[test]
fn what_says_nothing_is_refused_at_the_line_behind_it() {
    assert_eq!(error("@cpu:\n\ntext"), "vm.json:5:1: empty doc section 'cpu'");
    assert_eq!(error("Note:\n\n@cpu: a"), "vm.json:5:1: '@cpu:' can't follow 'Note' section");
    assert_eq!(error("Returns:\nSince: 1"), "vm.json:4:1: empty doc section 'Returns'");
    assert_eq!(error("Since:"), "vm.json:4:1: empty doc section 'Since'");
    assert_eq!(error("Features:\ntext"), "vm.json:4:1: feature descriptions expected");
    assert_eq!(error("Features:"), "vm.json:4:1: feature descriptions expected");
}

#[test]
fn members_behind_sections_and_nameless_members_are_refused() {
    assert_eq!(error("Since: 1\n\n@cpu: a"), "vm.json:5:1: '@cpu:' can't follow 'Since' section");
    assert_eq!(error("@a: a\n\ntext\n\n@cpu: a"), "vm.json:7:1: description of '@cpu:' follows a section");
    assert_eq!(error("@: a"), "vm.json:3:1: invalid parameter name");
}

#[test]
fn headings_are_for_free_form_comments() {
    assert_eq!(error("= CPUs"), "vm.json:3:1: unexpected '=' markup in definition documentation");
    let parts = free_form("= CPUs\n\nAll of them.\n\n== Fast ones").unwrap();
    let parts: Vec<_> = parts.iter().map(|part| (part.location.line, part.text.as_str())).collect();
    assert_eq!(parts, [(2, "= CPUs\n\nAll of them."), (6, "== Fast ones")]);
}

#[test]
fn free_form_comments_have_tags_and_lists_as_text() {
    let text = "Since: ever\n\n* one\n  Note: two\n\nFeatures:";
    assert_eq!(free_form(text).unwrap()[0].text, text);
    assert!(free_form("\n").unwrap().is_empty());
}

#[test]
fn free_form_comments_describe_no_names() {
    let error = free_form("About CPUs\n@cpu: one").unwrap_err();
    assert_eq!(error, "vm.json:3:1: '@cpu:' not allowed in free-form documentation");
}

#[test]
fn the_first_line_names_the_definition_and_nothing_else() {
    assert_eq!(free_form("@start").unwrap_err(), "vm.json:2:1: line should end with ':'");
    assert_eq!(free_form("@start: it").unwrap_err(), "vm.json:2:1: line should end with ':'");
    assert_eq!(free_form("@:").unwrap_err(), "vm.json:2:1: name required after '@'");
}

#[test]
fn tags_are_known_by_their_words() {
    for tag in [Tag::Returns, Tag::Errors, Tag::Since, Tag::Note, Tag::Notes, Tag::Example, Tag::Examples, Tag::Todo] {
        assert_eq!(Tag::of_word(tag.word()), Some(tag));
    }
}

#[test]
fn a_comment_with_a_symbol_is_a_definitions() {
    let parsed = parse_text("##\n# @start:\n##\n{ 'command': 'start' }\n").unwrap();
    let doc = parsed.expressions[0].doc.as_ref().unwrap();
    assert_eq!((doc.symbol.as_str(), doc.body.as_str()), ("start", ""));
}
