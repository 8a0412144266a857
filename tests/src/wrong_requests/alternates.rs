//! Alternates: JSON types that no branch has, and faults within the branch that was chosen.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("number for a text or null", "migrate-set-parameters", r#"{"tls-creds": 1}"#),
    row("fraction for a text or null", "migrate-set-parameters", r#"{"tls-creds": 1.5}"#),
    row("true for a text or null", "migrate-set-parameters", r#"{"tls-creds": true}"#),
    row("array for a text or null", "migrate-set-parameters", r#"{"tls-creds": []}"#),
    row("object for a text or null", "migrate-set-parameters", r#"{"tls-hostname": {}}"#),
    row("number for a node", "blockdev-add", r#"{"driver": "raw", "file": 1}"#),
    row("null for a node", "blockdev-add", r#"{"driver": "raw", "file": null}"#),
    row("array for a node", "blockdev-add", r#"{"driver": "raw", "file": ["f"]}"#),
    row("false for a node or null", "blockdev-add", r#"{"driver": "qcow2", "file": "f", "backing": false}"#),
    row(
        "number in an array of nodes",
        "blockdev-add",
        r#"{"driver": "quorum", "children": ["a", 1], "vote-threshold": 1}"#,
    ),
    row(
        "null in an array of nodes",
        "blockdev-add",
        r#"{"driver": "quorum", "children": [null], "vote-threshold": 1}"#,
    ),
    row(
        "number in an array of bitmaps",
        "block-dirty-bitmap-merge",
        r#"{"node": "n", "target": "t", "bitmaps": ["a", 1]}"#,
    ),
    row("text for an array of bitmaps", "block-dirty-bitmap-merge", r#"{"node": "n", "target": "t", "bitmaps": "a"}"#),
    row(
        "a bitmap of another node without a name",
        "block-dirty-bitmap-merge",
        r#"{"node": "n", "target": "t", "bitmaps": ["a", {"node": "n"}]}"#,
    ),
    row(
        "a bitmap of another node with a wrong name",
        "block-dirty-bitmap-merge",
        r#"{"node": "n", "target": "t", "bitmaps": ["a", {"node": "n", "name": null}]}"#,
    ),
    row("number for checks", "blockdev-add", r#"{"driver": "qcow2", "file": "f", "overlap-check": 1}"#),
    row("null for checks", "blockdev-add", r#"{"driver": "qcow2", "file": "f", "overlap-check": null}"#),
    row("array for checks", "blockdev-add", r#"{"driver": "qcow2", "file": "f", "overlap-check": ["all"]}"#),
    row(
        "an unknown value of an alternate's enum",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "overlap-check": "some"}"#,
    ),
    row(
        "an unknown value in an alternate's struct",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "overlap-check": {"template": "some"}}"#,
    ),
    row(
        "a wrong type in an alternate's struct",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "overlap-check": {"main-header": 1}}"#,
    ),
    row(
        "an unexpected member of an alternate's flags",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "overlap-check": {"mode": "all"}}"#,
    ),
    row(
        "bitmaps of a transaction",
        "transaction",
        r#"{"actions": [{"type": "block-dirty-bitmap-merge", "data": {"node": "n", "target": "t", "bitmaps": [1]}}]}"#,
    ),
    row(
        "a bitmap's name in a transaction",
        "transaction",
        "{\"actions\": [{\"type\": \"block-dirty-bitmap-merge\", \"data\": {\"node\": \"n\", \"target\": \
         \"t\", \"bitmaps\": [{\"node\": 1, \"name\": \"b\"}]}}]}",
    ),
];
