//! Arrays: things that are none, and elements of a wrong type.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "object for an array",
        "migrate-set-capabilities",
        r#"{"capabilities": {"capability": "xbzrle", "state": true}}"#,
    ),
    row("null for an array", "migrate-set-capabilities", r#"{"capabilities": null}"#),
    row("text for an array", "migrate-set-capabilities", r#"{"capabilities": "xbzrle"}"#),
    row("number for an array", "send-key", r#"{"keys": 1}"#),
    row(
        "text for an optional array of texts",
        "announce-self",
        r#"{"initial": 1, "max": 1, "rounds": 1, "step": 1, "interfaces": "a"}"#,
    ),
    row(
        "null for an optional array",
        "announce-self",
        r#"{"initial": 1, "max": 1, "rounds": 1, "step": 1, "interfaces": null}"#,
    ),
    row(
        "number in an array of texts",
        "announce-self",
        r#"{"initial": 1, "max": 1, "rounds": 1, "step": 1, "interfaces": ["a", 1]}"#,
    ),
    row("null in an array of texts", "query-stats", r#"{"target": "vcpu", "vcpus": [null]}"#),
    row("array in an array of texts", "query-stats", r#"{"target": "vcpu", "vcpus": ["a", "b", ["c"]]}"#),
    row("text in an array of structs", "migrate-set-capabilities", r#"{"capabilities": ["xbzrle"]}"#),
    row(
        "null in an array of structs",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle", "state": true}, null]}"#,
    ),
    row("array in an array of structs", "migrate-set-capabilities", r#"{"capabilities": [[]]}"#),
    row(
        "text in an array of wrapped texts",
        "netdev_add",
        r#"{"id": "n", "type": "user", "dnssearch": ["example.org"]}"#,
    ),
    row("text in an array of uint64", "block-latency-histogram-set", r#"{"id": "d", "boundaries": [1, "2"]}"#),
    row("a fraction in an array of uint64", "block-latency-histogram-set", r#"{"id": "d", "boundaries": [1, 2.5]}"#),
    row(
        "2 to the 64th in an array of uint64",
        "block-latency-histogram-set",
        r#"{"id": "d", "boundaries-write": [18446744073709551616]}"#,
    ),
    row("object for an array of uint64", "block-latency-histogram-set", r#"{"id": "d", "boundaries-read": {}}"#),
    row("65536 in an array of uint16", "set-numa-node", r#"{"type": "node", "cpus": [0, 65536]}"#),
    row("-1 in an array of uint16", "set-numa-node", r#"{"type": "node", "cpus": [-1]}"#),
    row("text in an array of uint16", "set-numa-node", r#"{"type": "node", "cpus": [0, 1, "2"]}"#),
    row("null in an array of uint16", "set-numa-node", r#"{"type": "node", "cpus": [null]}"#),
    row(
        "65536 in an array of uint16 of a base",
        "object-add",
        r#"{"qom-type": "memory-backend-file", "id": "m", "host-nodes": [65536], "size": 1, "mem-path": "/nowhere"}"#,
    ),
    row("number for an array of uint16", "set-numa-node", r#"{"type": "node", "cpus": 0}"#),
    row(
        "number in an array of enums",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "take-child-perms": ["write", 1]}"#,
    ),
    row(
        "text for an array of enums",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "take-child-perms": "write"}"#,
    ),
    row(
        "the twelfth element",
        "block-latency-histogram-set",
        r#"{"id": "d", "boundaries": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "12"]}"#,
    ),
];
