//! Texts that are no value of their enum, and things that are no text.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("an unknown value", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "hex"}"#),
    row("an unknown value in capitals", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "UTF8"}"#),
    row("an unknown value, empty", "ringbuf-read", r#"{"device": "d", "size": 1, "format": ""}"#),
    row("an unknown value with a blank", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "utf8 "}"#),
    row("an unknown value with a quote", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "it's"}"#),
    row("an unknown value not in ASCII", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "größe"}"#),
    row("an unknown value with escapes", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "a\"b\\c\u00e9"}"#),
    row("an unknown value with a percent sign", "ringbuf-read", r#"{"device": "d", "size": 1, "format": "%s"}"#),
    row("the start of a value", "screendump", r#"{"filename": "/nowhere/x", "format": "pn"}"#),
    row("more than a value", "screendump", r#"{"filename": "/nowhere/x", "format": "png8"}"#),
    row("number for an enum", "ringbuf-read", r#"{"device": "d", "size": 1, "format": 0}"#),
    row("null for an enum", "ringbuf-read", r#"{"device": "d", "size": 1, "format": null}"#),
    row("true for an enum", "ringbuf-read", r#"{"device": "d", "size": 1, "format": true}"#),
    row("array for an enum", "ringbuf-read", r#"{"device": "d", "size": 1, "format": ["utf8"]}"#),
    row("object for an enum", "ringbuf-read", r#"{"device": "d", "size": 1, "format": {"utf8": 1}}"#),
    row("an unknown value in a boxed struct", "migrate-set-parameters", r#"{"multifd-compression": "lzma"}"#),
    row(
        "an unknown value in a nested struct",
        "transaction",
        r#"{"actions": [], "properties": {"completion-mode": "none"}}"#,
    ),
    row(
        "number for an enum in a nested struct",
        "transaction",
        r#"{"actions": [], "properties": {"completion-mode": 1}}"#,
    ),
    row(
        "an unknown value in an array's struct",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "nope", "state": true}]}"#,
    ),
    row(
        "number for an enum in an array's struct",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": 1, "state": true}]}"#,
    ),
    row(
        "an unknown value five levels down",
        "input-send-event",
        r#"{"events": [{"type": "key", "data": {"key": {"type": "qcode", "data": "nope"}, "down": true}}]}"#,
    ),
    row(
        "number for an enum five levels down",
        "input-send-event",
        r#"{"events": [{"type": "key", "data": {"key": {"type": "qcode", "data": 1}, "down": true}}]}"#,
    ),
    row(
        "an unknown value in an array of enums",
        "blockdev-add",
        r#"{"driver": "blkdebug", "image": "i", "take-child-perms": ["write", "nope"]}"#,
    ),
    row(
        "an unknown value in the base of a union",
        "set_password",
        r#"{"protocol": "vnc", "password": "x", "connected": "stay"}"#,
    ),
    row(
        "an unknown value in a branch",
        "object-add",
        r#"{"qom-type": "memory-backend-ram", "id": "m", "size": 1, "policy": "nope"}"#,
    ),
    row(
        "an unknown button",
        "input-send-event",
        r#"{"events": [{"type": "btn", "data": {"button": "fourth", "down": true}}]}"#,
    ),
];
