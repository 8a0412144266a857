//! Two faults: which of them is told. Members are looked at in the order of the schema, unexpected ones last.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("missing before wrong type in the schema", "ringbuf-read", r#"{"size": "1"}"#),
    row("wrong type before missing in the schema", "ringbuf-read", r#"{"device": 1}"#),
    row("two wrong types, in the order of the schema", "ringbuf-read", r#"{"device": 1, "size": "1"}"#),
    row("two wrong types, against the order of the schema", "ringbuf-read", r#"{"size": "1", "device": 1}"#),
    row("missing and unexpected", "ringbuf-read", r#"{"device": "d", "nope": 1}"#),
    row("missing and unexpected before all others", "ringbuf-read", r#"{"nope": 1, "size": 1}"#),
    row("wrong type and unexpected", "ringbuf-read", r#"{"nope": 1, "device": "d", "size": "1"}"#),
    row(
        "wrong optional member and unexpected",
        "ringbuf-read",
        r#"{"nope": 1, "device": "d", "size": 1, "format": 1}"#,
    ),
    row("unknown value and unexpected", "ringbuf-read", r#"{"nope": 1, "device": "d", "size": 1, "format": "hex"}"#),
    row("wrong optional member before a missing one", "block_resize", r#"{"node-name": 1}"#),
    row("missing before a wrong optional member", "screendump", r#"{"head": "0"}"#),
    row(
        "nested unexpected before outer missing",
        "query-stats",
        r#"{"target": "vm", "providers": [{"provider": "kvm", "x": 1}], "vcpus": []}"#,
    ),
    row(
        "nested unexpected before a later wrong type",
        "blockdev-add",
        r#"{"driver": "null-co", "cache": {"x": 1}, "read-only": 1}"#,
    ),
    row(
        "nested unexpected after an earlier wrong type",
        "blockdev-add",
        r#"{"driver": "null-co", "cache": {"x": 1}, "node-name": 1}"#,
    ),
    row(
        "nested unexpected before outer unexpected",
        "blockdev-add",
        r#"{"x": 1, "driver": "null-co", "cache": {"y": 1}}"#,
    ),
    row(
        "nested missing before nested unexpected",
        "query-cpu-model-expansion",
        r#"{"type": "full", "model": {"x": 1}}"#,
    ),
    row("discriminator before the rest of the base", "blockdev-add", r#"{"node-name": 1, "driver": "nope"}"#),
    row("discriminator missing before the rest of the base", "blockdev-add", r#"{"node-name": 1}"#),
    row("the base before the discriminator", "netdev_add", r#"{"id": 1, "type": "nope"}"#),
    row("the base missing before the discriminator unknown", "netdev_add", r#"{"type": "nope"}"#),
    row("the base behind the discriminator before the branch", "set_password", r#"{"protocol": "vnc", "display": 1}"#),
    row("the base optional before the branch missing", "blockdev-add", r#"{"driver": "raw", "read-only": 0}"#),
    row("the branch before unexpected", "blockdev-add", r#"{"driver": "raw", "x": 1}"#),
    row("the discriminator unknown before unexpected", "set-numa-node", r#"{"type": "nope", "x": 1}"#),
    row("the discriminator unknown before the base behind it", "query-stats", r#"{"target": "x", "providers": 1}"#),
    row(
        "the branch's base before the branch",
        "object-add",
        r#"{"qom-type": "memory-backend-file", "id": "m", "size": "1", "mem-path": 1}"#,
    ),
    row("the branch's base missing before the branch wrong", "blockdev-add", r#"{"driver": "qcow2", "backing": 1}"#),
    row(
        "the base's base before its own",
        "blockdev-add",
        r#"{"driver": "qcow2", "lazy-refcounts": 1, "backing": 1, "file": 1}"#,
    ),
    row(
        "the first of two wrong elements",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle"}, 1]}"#,
    ),
    row(
        "an unexpected member of the first element",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle", "state": true, "x": 1}, 1]}"#,
    ),
    row("an element before the member behind the array", "send-key", r#"{"keys": [1], "hold-time": "1"}"#),
    row("the member before the array", "input-send-event", r#"{"events": [1], "head": "0"}"#),
    row(
        "out of range before a wrong type behind it",
        "set-numa-node",
        r#"{"type": "dist", "val": "1", "dst": 65536, "src": 0}"#,
    ),
    row("alternate before the member behind it", "migrate-set-parameters", r#"{"tls-hostname": 2, "tls-creds": 1}"#),
    row(
        "within an alternate before the member behind it",
        "blockdev-add",
        r#"{"driver": "raw", "offset": "0", "file": {"driver": "nope"}}"#,
    ),
];
