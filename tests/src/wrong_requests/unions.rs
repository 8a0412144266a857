//! Unions: the discriminator, and members that belong to another branch.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("discriminator is missing", "set-numa-node", r#"{}"#),
    row("discriminator is missing, not the branch's members", "set-numa-node", r#"{"nodeid": 1}"#),
    row("discriminator is null", "set-numa-node", r#"{"type": null}"#),
    row("discriminator is a number", "set-numa-node", r#"{"type": 0}"#),
    row("discriminator is an array", "set-numa-node", r#"{"type": ["node"]}"#),
    row("discriminator is unknown", "set-numa-node", r#"{"type": "none"}"#),
    row("discriminator is empty", "set-numa-node", r#"{"type": ""}"#),
    row(
        "discriminator has a name of its own and is unknown",
        "object-add",
        r#"{"qom-type": "no-such-type", "id": "o"}"#,
    ),
    row("discriminator not compiled in", "netdev_add", r#"{"id": "n", "type": "vmnet-host"}"#),
    row("discriminator behind another member is missing", "netdev_add", r#"{"id": "n"}"#),
    row("member before the discriminator is missing", "netdev_add", r#"{"type": "user"}"#),
    row("text for a union", "chardev-add", r#"{"id": "c", "backend": "null"}"#),
    row("null for a union", "nbd-server-start", r#"{"addr": null}"#),
    row("an array for a union", "netdev_add", r#"{"id": "n", "type": "stream", "addr": []}"#),
    row(
        "discriminator of a nested union is missing",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"host": "h", "port": "1"}}"#,
    ),
    row(
        "discriminator of a nested union is unknown",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": "ipx"}}"#,
    ),
    row(
        "discriminator of a nested union is a number",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": 4}}"#,
    ),
    row("discriminator in an array is missing", "yank", r#"{"instances": [{"id": "c"}]}"#),
    row("discriminator in an array is unknown", "yank", r#"{"instances": [{"type": "migration"}, {"type": "nope"}]}"#),
    row("discriminator in an array is a boolean", "send-key", r#"{"keys": [{"type": false, "data": 1}]}"#),
    row("number in an array of unions", "yank", r#"{"instances": [1]}"#),
    row(
        "a member of another branch",
        "set-numa-node",
        r#"{"type": "dist", "src": 0, "dst": 1, "val": 10, "nodeid": 1}"#,
    ),
    row("a member where there is no branch", "netdev_add", r#"{"id": "n", "type": "none", "hubid": 1}"#),
    row("a member of a branch where there is none, boxed", "query-stats", r#"{"target": "vm", "vcpus": []}"#),
    row(
        "a member of a branch where there is none, with a password",
        "set_password",
        r#"{"protocol": "spice", "password": "x", "display": "d"}"#,
    ),
    row(
        "a member of a branch where there is none, an object",
        "object-add",
        r#"{"qom-type": "can-bus", "id": "o", "size": 1}"#,
    ),
    row(
        "a member of a branch where there is none, in an array",
        "yank",
        r#"{"instances": [{"type": "migration", "id": "x"}]}"#,
    ),
    row(
        "a member of another branch, in an array",
        "yank",
        r#"{"instances": [{"type": "chardev", "id": "c", "node-name": "n"}]}"#,
    ),
    row(
        "a member of another branch, nested",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": "unix", "path": "p", "host": "h"}}"#,
    ),
    row("a member of the branch is missing", "yank", r#"{"instances": [{"type": "chardev"}]}"#),
    row(
        "the second element's branch",
        "yank",
        r#"{"instances": [{"type": "migration"}, {"type": "block-node", "node-name": 1}]}"#,
    ),
    row(
        "a union in a branch of a branch",
        "blockdev-add",
        r#"{"driver": "nbd", "server": {"type": "vsock", "cid": 3, "port": "1"}}"#,
    ),
    row(
        "a member flat where it should be wrapped",
        "nbd-server-start",
        r#"{"addr": {"type": "inet", "host": "h", "port": "1"}}"#,
    ),
    row(
        "a member wrapped where it should be flat",
        "netdev_add",
        r#"{"id": "n", "type": "stream", "addr": {"type": "fd", "data": {"str": "f"}}}"#,
    ),
    row(
        "an encryption without a format",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "encrypt": {"key-secret": "k"}}"#,
    ),
    row(
        "an encryption with a wrong key",
        "blockdev-add",
        r#"{"driver": "qcow2", "file": "f", "encrypt": {"format": "luks", "key-secret": 1}}"#,
    ),
];
