//! Requests whose arguments look wrong and are not: QEMU 7.2 goes on and executes them. That may fail for want of a
//! device or a node, but not for the arguments, so a monitor's checks must let them through to the command.

use super::{Row, WrongRequest, row};

const ROWS: &[Row] = &[
    row("a negative uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": -1}"#),
    row(
        "the least int64 for a uint64",
        "block-set-write-threshold",
        r#"{"node-name": "n", "write-threshold": -9223372036854775808}"#,
    ),
    row(
        "the largest uint64",
        "block-set-write-threshold",
        r#"{"node-name": "n", "write-threshold": 18446744073709551615}"#,
    ),
    row("-0 for a uint64", "block-set-write-threshold", r#"{"node-name": "n", "write-threshold": -0}"#),
    row(
        "a negative element of an array of uint64",
        "block-latency-histogram-set",
        r#"{"id": "d", "boundaries": [1, -2]}"#,
    ),
    row("a negative size", "migrate-set-parameters", r#"{"max-bandwidth": -1}"#),
    row("-0 for a uint8", "migrate-set-parameters", r#"{"compress-level": -0}"#),
    row("-0 for an int", "ringbuf-read", r#"{"device": "d", "size": -0}"#),
    row("a negative int", "ringbuf-read", r#"{"device": "d", "size": -1}"#),
    row("the largest int", "ringbuf-read", r#"{"device": "d", "size": 9223372036854775807}"#),
    row("the least int", "ringbuf-read", r#"{"device": "d", "size": -9223372036854775808}"#),
    row("members against the order of the schema", "ringbuf-read", r#"{"format": "utf8", "size": 1, "device": "d"}"#),
    row("an empty text", "ringbuf-read", r#"{"device": "", "size": 1}"#),
    row("an empty array", "migrate-set-capabilities", r#"{"capabilities": []}"#),
    row("an empty mandatory array of unions", "yank", r#"{"instances": []}"#),
    row("a union without a branch", "yank", r#"{"instances": [{"type": "migration"}]}"#),
    row("null for any", "qom-set", r#"{"path": "/", "property": "no-such-property", "value": null}"#),
    row("an array for any", "qom-set", r#"{"path": "/", "property": "no-such-property", "value": [{"a": [1e40]}]}"#),
    row(
        "a deprecated member",
        "block_set_io_throttle",
        r#"{"device": "d", "bps": 0, "bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0}"#,
    ),
    row("an unstable member", "migrate-set-parameters", r#"{"x-checkpoint-delay": 20000}"#),
    row("null for a text or null", "migrate-set-parameters", r#"{"tls-creds": null}"#),
    row(
        "null where a node or none is wanted",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "no-such-node", "backing": null}"#,
    ),
    row("empty arguments where all is optional", "migrate-set-parameters", r#"{}"#),
    row("empty arguments where none are taken", "query-kvm", r#"{}"#),
    row(
        "an undeclared member where nothing is checked",
        "device_add",
        r#"{"driver": "no-such-device", "whatever": {"a": [1]}}"#,
    ),
    row("a number where nothing is checked", "device_add", r#"{"driver": 1}"#),
];

/// All that are let through.
pub fn all() -> Vec<WrongRequest> {
    ROWS.iter().map(WrongRequest::from).collect()
}
