//! Structs within structs and arrays: how the way to a member is told.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("text for a struct", "query-cpu-model-expansion", r#"{"type": "full", "model": "qemu64"}"#),
    row("null for a struct", "query-cpu-model-expansion", r#"{"type": "full", "model": null}"#),
    row("array for a struct", "query-cpu-model-expansion", r#"{"type": "full", "model": [{"name": "qemu64"}]}"#),
    row("number for an optional struct", "transaction", r#"{"actions": [], "properties": 1}"#),
    row("null for an optional struct", "transaction", r#"{"actions": [], "properties": null}"#),
    row("true for a struct of the base", "blockdev-add", r#"{"driver": "null-co", "cache": true}"#),
    row(
        "number for a member of a struct of the base",
        "blockdev-add",
        r#"{"driver": "null-co", "cache": {"direct": 0}}"#,
    ),
    row("null for the wrapped data", "chardev-add", r#"{"id": "c", "backend": {"type": "null", "data": null}}"#),
    row("array for the wrapped data", "transaction", r#"{"actions": [{"type": "abort", "data": []}]}"#),
    row("number for the wrapped data of a number", "send-key", r#"{"keys": [{"type": "number", "data": "1"}]}"#),
    row(
        "object for the wrapped data of a number",
        "send-key",
        r#"{"keys": [{"type": "number", "data": {"data": 1}}]}"#,
    ),
    row(
        "number for a text four levels down",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "socket", "data": {"addr": {"type": "unix", "data": {"path": 1}}}}}"#,
    ),
    row(
        "text for an address four levels up",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "socket", "data": {"addr": "unix:x"}}}"#,
    ),
    row(
        "text for a number five levels down",
        "input-send-event",
        r#"{"events": [{"type": "key", "data": {"key": {"type": "number", "data": "1"}, "down": true}}]}"#,
    ),
    row(
        "text for a union within a struct",
        "input-send-event",
        r#"{"events": [{"type": "key", "data": {"key": "a", "down": true}}]}"#,
    ),
    row(
        "the second bitmap of the first node",
        "migrate-set-parameters",
        "{\"block-bitmap-mapping\": [{\"node-name\": \"n\", \"alias\": \"a\", \"bitmaps\": [{\"name\": \
         \"b\", \"alias\": \"c\"}, {\"name\": \"d\", \"alias\": \"e\", \"transform\": {\"persistent\": \
         1}}]}]}",
    ),
    row(
        "the first bitmap of the second node",
        "migrate-set-parameters",
        "{\"block-bitmap-mapping\": [{\"node-name\": \"n\", \"alias\": \"a\", \"bitmaps\": []}, \
         {\"node-name\": \"m\", \"alias\": \"b\", \"bitmaps\": [1]}]}",
    ),
    row(
        "text for a list of bitmaps",
        "migrate-set-parameters",
        r#"{"block-bitmap-mapping": [{"node-name": "n", "alias": "a", "bitmaps": "b"}]}"#,
    ),
    row(
        "text for an error to inject",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "inject-error": ["pwritev"]}"#,
    ),
    row(
        "text in an error to inject",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "inject-error": [{"event": "pwritev", "errno": "EIO"}]}"#,
    ),
    row(
        "a change of state without the new one",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "set-state": [{"event": "none", "state": 1}]}"#,
    ),
];
