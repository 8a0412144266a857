//! Signed integers: `int`, and `int32` as the only narrow one.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("text for an int", "ringbuf-read", r#"{"device": "d", "size": "1"}"#),
    row("true for an int", "ringbuf-read", r#"{"device": "d", "size": true}"#),
    row("null for an int", "ringbuf-read", r#"{"device": "d", "size": null}"#),
    row("array for an int", "ringbuf-read", r#"{"device": "d", "size": [1]}"#),
    row("object for an int", "ringbuf-read", r#"{"device": "d", "size": {}}"#),
    row("a fraction for an int", "ringbuf-read", r#"{"device": "d", "size": 1.5}"#),
    row("1.0 for an int", "ringbuf-read", r#"{"device": "d", "size": 1.0}"#),
    row("-0.0 for an int", "ringbuf-read", r#"{"device": "d", "size": -0.0}"#),
    row("1e3 for an int", "ringbuf-read", r#"{"device": "d", "size": 1e3}"#),
    row("1E0 for an int", "ringbuf-read", r#"{"device": "d", "size": 1E0}"#),
    row("2 to the 63rd for an int", "ringbuf-read", r#"{"device": "d", "size": 9223372036854775808}"#),
    row("2 to the 64th less 1 for an int", "ringbuf-read", r#"{"device": "d", "size": 18446744073709551615}"#),
    row("2 to the 64th for an int", "ringbuf-read", r#"{"device": "d", "size": 18446744073709551616}"#),
    row("one below the least int", "ringbuf-read", r#"{"device": "d", "size": -9223372036854775809}"#),
    row(
        "an int of forty digits",
        "ringbuf-read",
        r#"{"device": "d", "size": 1111111111222222222233333333334444444444}"#,
    ),
    row("text for an optional int", "screendump", r#"{"filename": "/nowhere/x", "head": "0"}"#),
    row("null for an optional int", "send-key", r#"{"keys": [], "hold-time": null}"#),
    row("text for the first of several ints", "pmemsave", r#"{"val": "0", "size": 1, "filename": "/nowhere/x"}"#),
    row("text for the second of several ints", "pmemsave", r#"{"val": 0, "size": "1", "filename": "/nowhere/x"}"#),
    row(
        "text for an int in the command's only array",
        "input-send-event",
        r#"{"events": [{"type": "rel", "data": {"axis": "x", "value": "1"}}]}"#,
    ),
    row("a fraction for an int in a branch", "set-numa-node", r#"{"type": "cpu", "node-id": 0.5}"#),
    row(
        "text for an int in a boxed struct",
        "announce-self",
        r#"{"initial": 1, "max": "550", "rounds": 1, "step": 1}"#,
    ),
    row(
        "text for an int in a base of a branch",
        "object-add",
        r#"{"qom-type": "iothread", "id": "i", "aio-max-batch": "1"}"#,
    ),
    row(
        "text for an int with an underscore",
        "block_set_io_throttle",
        r#"{"id": "d", "bps": 0, "bps_rd": "0", "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0}"#,
    ),
    row("an int32 one too large", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": 2147483648}"#),
    row("an int32 one too small", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": -2147483649}"#),
    row(
        "the largest int64 for an int32",
        "netdev_add",
        r#"{"id": "n", "type": "hubport", "hubid": 9223372036854775807}"#,
    ),
    row("2 to the 63rd for an int32", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": 9223372036854775808}"#),
    row("text for an int32", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": "1"}"#),
    row("1.0 for an int32", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": 1.0}"#),
    row("null for an int32", "netdev_add", r#"{"id": "n", "type": "hubport", "hubid": null}"#),
    row(
        "an optional int32 too large",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "max-transfer": 4294967296}"#,
    ),
    row(
        "a nested int32 too large",
        "blockdev-add",
        r#"{"driver": "raw", "file": {"driver": "blkdebug", "image": "i", "opt-write-zero": 2147483648}}"#,
    ),
];
