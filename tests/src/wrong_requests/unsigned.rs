//! Unsigned integers of 8, 16 and 32 bits: what is out of their range is told otherwise than what is no number.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("256 for a uint8", "migrate-set-parameters", r#"{"compress-level": 256}"#),
    row("-1 for a uint8", "migrate-set-parameters", r#"{"compress-level": -1}"#),
    row("2 to the 64th less 1 for a uint8", "migrate-set-parameters", r#"{"compress-level": 18446744073709551615}"#),
    row("2 to the 64th for a uint8", "migrate-set-parameters", r#"{"compress-level": 18446744073709551616}"#),
    row("the least int64 for a uint8", "migrate-set-parameters", r#"{"compress-level": -9223372036854775808}"#),
    row(
        "one below the least int64 for a uint8",
        "migrate-set-parameters",
        r#"{"compress-level": -9223372036854775809}"#,
    ),
    row("text for a uint8", "migrate-set-parameters", r#"{"compress-level": "1"}"#),
    row("true for a uint8", "migrate-set-parameters", r#"{"compress-level": true}"#),
    row("null for a uint8", "migrate-set-parameters", r#"{"compress-level": null}"#),
    row("1.0 for a uint8", "migrate-set-parameters", r#"{"compress-level": 1.0}"#),
    row("1e2 for a uint8", "migrate-set-parameters", r#"{"compress-level": 1e2}"#),
    row("array for a uint8", "migrate-set-parameters", r#"{"compress-level": [1]}"#),
    row("object for a uint8", "migrate-set-parameters", r#"{"compress-level": {}}"#),
    row(
        "256 for a mandatory uint8 in a branch",
        "set-numa-node",
        r#"{"type": "dist", "src": 0, "dst": 1, "val": 256}"#,
    ),
    row("65536 for a uint16", "set-numa-node", r#"{"type": "node", "nodeid": 65536}"#),
    row("-1 for a uint16", "set-numa-node", r#"{"type": "node", "nodeid": -1}"#),
    row("text for a uint16", "set-numa-node", r#"{"type": "node", "nodeid": "0"}"#),
    row("a fraction for a uint16", "set-numa-node", r#"{"type": "node", "nodeid": 0.5}"#),
    row("null for a uint16", "set-numa-node", r#"{"type": "node", "initiator": null}"#),
    row(
        "a nested uint16 too large",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": "inet", "host": "h", "port": "1", "to": 65536}}"#,
    ),
    row(
        "text for a nested uint16",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": "inet", "host": "h", "port": "1", "to": "2"}}"#,
    ),
    row(
        "a uint16 five levels down too large",
        "chardev-add",
        "{\"id\": \"c\", \"backend\": {\"type\": \"socket\", \"data\": {\"addr\": {\"type\": \"inet\", \
         \"data\": {\"host\": \"h\", \"port\": \"1\", \"to\": -2}}}}}",
    ),
    row("2 to the 32nd for a uint32", "migrate-set-parameters", r#"{"x-checkpoint-delay": 4294967296}"#),
    row("-1 for a uint32", "migrate-set-parameters", r#"{"x-checkpoint-delay": -1}"#),
    row("2 to the 63rd for a uint32", "migrate-set-parameters", r#"{"x-checkpoint-delay": 9223372036854775808}"#),
    row("text for a uint32", "migrate-set-parameters", r#"{"x-checkpoint-delay": "1"}"#),
    row("a negative fraction for a uint32", "migrate-set-parameters", r#"{"x-checkpoint-delay": -0.5}"#),
    row(
        "a uint32 beside a union too large",
        "nbd-server-start",
        r#"{"addr": {"type": "fd", "data": {"str": "f"}}, "max-connections": 4294967296}"#,
    ),
    row(
        "a mandatory uint32 is text",
        "netdev_add",
        r#"{"id": "n", "type": "l2tpv3", "src": "a", "dst": "b", "txsession": "1"}"#,
    ),
    row(
        "an optional uint32 with hyphen too large",
        "netdev_add",
        r#"{"id": "n", "type": "tap", "poll-us": 4294967296}"#,
    ),
    row(
        "a uint32 in an array's union too large",
        "transaction",
        "{\"actions\": [{\"type\": \"block-dirty-bitmap-add\", \"data\": {\"node\": \"n\", \"name\": \"b\", \
         \"granularity\": 4294967296}}]}",
    ),
    row(
        "text for a uint32 in an array's union",
        "transaction",
        "{\"actions\": [{\"type\": \"block-dirty-bitmap-add\", \"data\": {\"node\": \"n\", \"name\": \"b\", \
         \"granularity\": \"64k\"}}]}",
    ),
];
