//! Texts as schemas have them, and what becomes of them.

use indexmap::IndexMap;

use super::super::links::Links;
use super::convert;
use crate::condition::Condition;
use crate::schema::{Definition, Event, Kind, Payload, Schema};
use crate::source::{Location, SourceFile};

/// A schema with the event `STOP`.
fn schema() -> Schema {
    let file = SourceFile { path: "schema.json".into(), included_from: None };
    let stop = Definition {
        name: "STOP".to_owned(),
        location: Location { file: file.into(), line: 1 },
        condition: Condition::Always,
        features: Vec::new(),
        doc: None,
        kind: Kind::Event(Event { data: Payload::Empty }),
    };
    Schema { definitions: IndexMap::from([(stop.name.clone(), stop)]), free_form: Vec::new() }
}

#[track_caller]
fn assert_markdown(rst: &str, markdown: &str) {
    let schema = schema();
    assert_eq!(convert(rst, &Links::new(&schema)), markdown);
}

#[test]
fn names_are_code_and_links_where_there_is_something_to_link() {
    assert_markdown("Like @STOP, not @stop-all.", "Like [`STOP`](#event-STOP), not `stop-all`.");
    assert_markdown("mail me@example.org", "mail me@example.org");
}

#[test]
fn literals_and_interpreted_text_are_code() {
    assert_markdown("``a_b*`` or `c`", "`a_b*` or `c`");
    assert_markdown("``a`b``", "`` a`b ``");
    assert_markdown("two ``lines\nlong``", "two `lines\nlong`");
}

#[test]
fn unclosed_markup_stays_text() {
    assert_markdown("a ``b", "a \\`\\`b");
    assert_markdown("a `b", "a \\`b");
    assert_markdown("at the end: @", "at the end: @");
    assert_markdown("a\\", "a\\\\");
}

#[test]
fn roles_give_their_text() {
    assert_markdown("see :ref:`the manual <manual>` and :doc:`other`", "see the manual and other");
    assert_markdown(":qapi:event:`STOP`, :file:`a.c`", "[`STOP`](#event-STOP), `a.c`");
    assert_markdown("note: `x`: y", "note: `x`: y");
}

#[test]
fn links_to_elsewhere_are_links() {
    assert_markdown("`the page\n<https://example.org/a_b>`_.", "[the page](https://example.org/a_b).");
}

#[test]
fn emphasis_is_the_same_in_both() {
    assert_markdown("*a* and **b**, a\\*b", "*a* and **b**, a\\*b");
}

#[test]
fn what_only_markdown_gives_a_meaning_is_escaped() {
    assert_markdown("<id> a_b _c_ x-* ~1", "\\<id> a_b \\_c\\_ x-\\* \\~1");
    assert_markdown("# no heading", "\\# no heading");
    assert_markdown("[a](b)", "[a\\](b)");
}

#[test]
fn lists_are_lists_within_lists() {
    assert_markdown("* a\n  b\n\n  - c\n  - d\n* e", "- a\n  b\n\n  - c\n  - d\n\n- e");
    assert_markdown("1. a\n2. b", "1. a\n2. b");
    assert_markdown("#. a\n#. b", "1. a\n1. b");
}

#[test]
fn a_list_may_follow_its_introduction_at_once() {
    assert_markdown("one of:\n- a\n- b", "one of:\n\n- a\n- b");
}

#[test]
fn a_double_colon_announces_a_literal_block() {
    assert_markdown("Such as::\n\n  a\n    b\n\n  c\n\nEnd", "Such as:\n\n```text\na\n  b\n\nc\n```\n\nEnd");
    assert_markdown("Text\n\n::\n\n  @a", "Text\n\n```text\n@a\n```");
    assert_markdown("Odd ::\n\n  ```", "Odd\n\n````text\n```\n````");
}

#[test]
fn directives_become_notes_and_code() {
    assert_markdown(".. note:: Careful\n   with @STOP.", "> **Note**\n>\n> Careful\n> with [`STOP`](#event-STOP).");
    assert_markdown(".. warning::\n\n   a\n\n   b", "> **Warning**\n>\n> a\n>\n> b");
    assert_markdown(".. admonition:: Two words\n\n   a", "> **Two words**\n>\n> a");
    assert_markdown(".. code-block:: json\n\n   {}", "```json\n{}\n```");
    assert_markdown(".. qmp-example::\n   :title: First\n\n   -> {}", "First:\n\n```text\n-> {}\n```");
}

#[test]
fn comments_and_targets_are_left_out() {
    assert_markdown(".. _target:\n\ntext\n\n.. a comment\n   of two lines", "text");
}

#[test]
fn terms_are_listed_with_their_meaning() {
    assert_markdown("first\n  its meaning\nsecond\n  another", "- first\n\n  its meaning\n\n- second\n\n  another");
}

#[test]
fn tables_stay_as_they_stand() {
    let table = "====  ====\na     b\n====  ====";
    assert_markdown(table, &format!("```text\n{table}\n```"));
}

#[test]
fn line_blocks_keep_their_lines() {
    assert_markdown("| a\n| b", "a\\\nb");
}

#[test]
fn odd_indentation_is_only_text() {
    assert_markdown("A sentence that goes on\n   and on.", "A sentence that goes on\nand on.");
    assert_markdown("", "");
    assert_markdown("\n\n   \n", "");
}

#[test]
fn no_cut_of_a_text_is_too_odd() {
    let text = "é @STOP ``ü`` :ref:`a <b>` `c <d>`_ *e*\\é\n\n- é\n  1. x::\n\n     @é\n\n\
        .. note:: ö\n   | é\n\n==== ==\nt\n  ä::";
    let schema = schema();
    let links = Links::new(&schema);
    for (cut, _) in text.char_indices() {
        convert(&text[cut..], &links);
        convert(&text[..cut], &links);
    }
}
