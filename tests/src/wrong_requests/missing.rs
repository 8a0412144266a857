//! Mandatory members that are not there, at every depth.

use super::{Row, bare, row};

pub(super) const ROWS: &[Row] = &[
    bare("no arguments where a member is mandatory", "ringbuf-read"),
    row("empty arguments where a member is mandatory", "ringbuf-read", r#"{}"#),
    row("second member is missing", "ringbuf-read", r#"{"device": "d"}"#),
    row("first member is missing", "ringbuf-read", r#"{"size": 1}"#),
    row("a boolean is missing", "set_link", r#"{"name": "n"}"#),
    row("an any is missing", "qom-set", r#"{"path": "/", "property": "p"}"#),
    row("an array is missing", "send-key", r#"{"hold-time": 1}"#),
    row("a struct is missing", "query-cpu-model-expansion", r#"{"type": "full"}"#),
    row("a union is missing", "chardev-add", r#"{"id": "c"}"#),
    row("an enum is missing", "query-cpu-model-expansion", r#"{"model": {"name": "qemu64"}}"#),
    row("a uint64 is missing", "block-set-write-threshold", r#"{"node-name": "n"}"#),
    row("an alternate is missing", "blockdev-add", r#"{"driver": "raw"}"#),
    row("a member of a boxed struct is missing", "announce-self", r#"{"initial": 1, "max": 1, "rounds": 1}"#),
    row("a member of a command with coroutine is missing", "screendump", r#"{}"#),
    row("a member after optional ones is missing", "block_resize", r#"{"device": "d"}"#),
    row("a member of a nested struct is missing", "query-cpu-model-expansion", r#"{"type": "full", "model": {}}"#),
    row(
        "a member in an array's struct is missing",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle"}]}"#,
    ),
    row(
        "a member in the second struct of an array is missing",
        "block-dirty-bitmap-merge",
        r#"{"node": "n", "target": "t", "bitmaps": [{"node": "n", "name": "b"}, {"node": "n"}]}"#,
    ),
    row("a member of a branch is missing", "object-add", r#"{"qom-type": "memory-backend-ram", "id": "m"}"#),
    row(
        "a member of a branch, behind its base, is missing",
        "object-add",
        r#"{"qom-type": "memory-backend-file", "id": "m", "size": 1}"#,
    ),
    row(
        "a member of a branch's base is missing",
        "object-add",
        r#"{"qom-type": "memory-backend-file", "id": "m", "mem-path": "/nowhere"}"#,
    ),
    row("the wrapped data is missing", "chardev-add", r#"{"id": "c", "backend": {"type": "null"}}"#),
    row(
        "a member of the wrapped data is missing",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "file", "data": {"in": "i"}}}"#,
    ),
    row(
        "a member three levels down is missing",
        "migrate-set-parameters",
        r#"{"block-bitmap-mapping": [{"node-name": "n", "alias": "a", "bitmaps": [{"name": "b"}]}]}"#,
    ),
    row(
        "a member four levels down is missing",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "socket", "data": {"addr": {"type": "inet", "data": {"host": "h"}}}}}"#,
    ),
    row("capital letter in a name", "ringbuf-read", r#"{"Device": "d", "size": 1}"#),
    row("underscore for a hyphen", "block-set-write-threshold", r#"{"node_name": "n", "write-threshold": 1}"#),
];
