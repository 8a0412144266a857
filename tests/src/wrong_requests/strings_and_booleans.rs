//! Texts and booleans of another JSON type.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("number for a text", "ringbuf-read", r#"{"device": 1, "size": 1}"#),
    row("float for a text", "ringbuf-read", r#"{"device": 1.5, "size": 1}"#),
    row("true for a text", "ringbuf-read", r#"{"device": true, "size": 1}"#),
    row("null for a text", "ringbuf-read", r#"{"device": null, "size": 1}"#),
    row("array for a text", "ringbuf-read", r#"{"device": ["d"], "size": 1}"#),
    row("object for a text", "ringbuf-read", r#"{"device": {"str": "d"}, "size": 1}"#),
    row("null for an optional text", "screendump", r#"{"filename": "/nowhere/x", "device": null}"#),
    row("number for an optional text", "set_password", r#"{"protocol": "vnc", "password": "x", "display": 1}"#),
    row(
        "number for a text in a nested struct",
        "query-cpu-model-expansion",
        r#"{"type": "full", "model": {"name": 1}}"#,
    ),
    row(
        "number for a text in a base",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "null", "data": {"logfile": 1}}}"#,
    ),
    row(
        "null for a text in an array's struct",
        "netdev_add",
        r#"{"id": "n", "type": "user", "dnssearch": [{"str": null}]}"#,
    ),
    row("number for a port", "nbd-server-start", r#"{"addr": {"type": "inet", "data": {"host": "h", "port": 10809}}}"#),
    row(
        "number for a deprecated text",
        "block_set_io_throttle",
        r#"{"device": 1, "bps": 0, "bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0}"#,
    ),
    row("1 for a boolean", "set_link", r#"{"name": "n", "up": 1}"#),
    row("0 for a boolean", "set_link", r#"{"name": "n", "up": 0}"#),
    row("\"on\" for a boolean", "set_link", r#"{"name": "n", "up": "on"}"#),
    row("\"true\" for a boolean", "set_link", r#"{"name": "n", "up": "true"}"#),
    row("null for a boolean", "set_link", r#"{"name": "n", "up": null}"#),
    row("array for a boolean", "set_link", r#"{"name": "n", "up": []}"#),
    row("object for a boolean", "set_link", r#"{"name": "n", "up": {}}"#),
    row("null for an optional boolean", "migrate", r#"{"uri": "tcp:h:1", "blk": null}"#),
    row("number for an optional boolean", "qom-list-types", r#"{"abstract": 1}"#),
    row(
        "text for a boolean in a base",
        "chardev-add",
        r#"{"id": "c", "backend": {"type": "ringbuf", "data": {"logappend": "on"}}}"#,
    ),
    row(
        "number for a boolean in an array's struct",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle", "state": true}, {"capability": "events", "state": 1}]}"#,
    ),
    row("text for a boolean before others", "dump-guest-memory", r#"{"paging": "off", "protocol": "file:/nowhere/x"}"#),
];
