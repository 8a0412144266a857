//! Types that contain themselves.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("an empty node within a node", "blockdev-add", r#"{"driver": "raw", "file": {}}"#),
    row("an unknown driver within a node", "blockdev-add", r#"{"driver": "raw", "file": {"driver": "nope"}}"#),
    row("a number for a driver within a node", "blockdev-add", r#"{"driver": "raw", "file": {"driver": 1}}"#),
    row(
        "a wrong type within a node",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "null-co", "size": "1"}}"#,
    ),
    row(
        "a wrong type in the base of a node within a node",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "null-co", "read-only": 1}}"#,
    ),
    row(
        "an unexpected member of a node within a node",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "null-co", "filename": "f"}}"#,
    ),
    row(
        "a node within a node within a node is missing",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "raw", "file": {"driver": "raw"}}}"#,
    ),
    row(
        "a node within a node within a node is a number",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "raw", "file": {"driver": "raw", "file": 1}}}"#,
    ),
    row(
        "a cache three nodes down",
        "blockdev-add",
        "{\"driver\": \"raw\", \"file\": {\"driver\": \"copy-on-read\", \"file\": {\"driver\": \"null-co\", \
         \"cache\": {\"no-flush\": \"on\"}}}}",
    ),
    row(
        "a node in an array lacks its node",
        "blockdev-add",
        r#"{"driver": "quorum", "children": ["a", {"driver": "raw"}], "vote-threshold": 1}"#,
    ),
    row(
        "an unexpected member of a node in an array",
        "blockdev-add",
        r#"{"driver": "quorum", "children": [{"driver": "null-co", "x": 1}], "vote-threshold": 1}"#,
    ),
    row(
        "a struct of a node in an array",
        "blockdev-add",
        "{\"driver\": \"quorum\", \"children\": [\"a\", {\"driver\": \"null-co\", \"cache\": {\"direct\": \
         1}}], \"vote-threshold\": 1}",
    ),
    row(
        "an array in a node in an array",
        "blockdev-add",
        "{\"driver\": \"quorum\", \"children\": [{\"driver\": \"quorum\", \"children\": [\"a\", {\"driver\": \
         \"file\"}], \"vote-threshold\": 1}], \"vote-threshold\": 1}",
    ),
    row("a node in a list of nodes", "blockdev-reopen", r#"{"options": [{"driver": "null-co", "size": "1"}]}"#),
    row("a text in a list of nodes", "blockdev-reopen", r#"{"options": ["n"]}"#),
    row(
        "a node in the second of a list of nodes",
        "blockdev-reopen",
        r#"{"options": [{"driver": "null-co"}, {"driver": "raw", "file": {"driver": "file", "filename": 1}}]}"#,
    ),
    row(
        "a backing node of a backing node",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "backing": {"driver": "qcow2", "file": "g", "backing": 1}}"#,
    ),
    row(
        "a data file with an unknown value",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "data-file": {"driver": "file", "filename": "d", "locking": "maybe"}}"#,
    ),
];
