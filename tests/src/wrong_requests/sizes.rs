//! Unsigned integers of 64 bits, sizes among them. Negative ones are none of these faults: they are tolerated.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "2 to the 64th for a uint64",
        "block-set-write-threshold",
        r#"{"node-name": "n", "write-threshold": 18446744073709551616}"#,
    ),
    row(
        "one below the least int64 for a uint64",
        "block-set-write-threshold",
        r#"{"node-name": "n", "write-threshold": -9223372036854775809}"#,
    ),
    row("text for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": "1"}"#),
    row("1.0 for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": 1.0}"#),
    row("1e3 for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": 1e3}"#),
    row("-0.0 for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": -0.0}"#),
    row("false for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": false}"#),
    row("null for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": null}"#),
    row("array for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": []}"#),
    row("object for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": {}}"#),
    row("null for an optional uint64", "migrate-set-parameters", r#"{"downtime-limit": null}"#),
    row(
        "text for a uint64 in a branch",
        "netdev_add",
        r#"{"id": "n", "type": "l2tpv3", "src": "a", "dst": "b", "txcookie": "0x1", "txsession": 1}"#,
    ),
    row(
        "a nested uint64 that is text",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "null-co", "latency-ns": "1"}}"#,
    ),
    row("2 to the 64th for a size", "migrate-set-parameters", r#"{"max-bandwidth": 18446744073709551616}"#),
    row("text with a unit for a size", "migrate-set-parameters", r#"{"max-bandwidth": "1M"}"#),
    row("digits as text for a size", "migrate-set-parameters", r#"{"max-bandwidth": "1048576"}"#),
    row("1e6 for a size", "migrate-set-parameters", r#"{"max-bandwidth": 1e6}"#),
    row("true for a size", "migrate-set-parameters", r#"{"xbzrle-cache-size": true}"#),
    row("null for a size", "migrate-set-parameters", r#"{"announce-initial": null}"#),
    row("a mandatory size is text", "object-add", r#"{"qom-type": "memory-backend-ram", "id": "m", "size": "128M"}"#),
    row(
        "a size of a branch, behind its base, is text",
        "object-add",
        r#"{"qom-type": "memory-backend-file", "id": "m", "size": 1, "align": "2M", "mem-path": "/nowhere"}"#,
    ),
    row(
        "a size with an underscore beside it is a fraction",
        "netdev_add",
        r#"{"id": "n", "type": "tap", "vnet_hdr": true, "sndbuf": 1.5}"#,
    ),
    row("array for a size of a node", "set-numa-node", r#"{"type": "node", "mem": [1]}"#),
];
