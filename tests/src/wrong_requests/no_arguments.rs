//! Commands that take no arguments, and such as take only optional ones.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("a command takes none", "inject-nmi", r#"{"cpu": 0}"#),
    row("a command takes none, not even null", "inject-nmi", r#"{"": null}"#),
    row("a query takes none", "query-kvm", r#"{"enabled": true}"#),
    row("an out-of-band query takes none", "query-yank", r#"{"instances": []}"#),
    row("only optional arguments, one is text", "add-fd", r#"{"fdset-id": "1"}"#),
    row("only optional arguments, one is null", "add-fd", r#"{"opaque": null}"#),
    row("only optional arguments, one is unexpected", "add-fd", r#"{"fd": 1}"#),
    row("only optional arguments, one is a fraction", "add-fd", r#"{"fdset-id": 1.5}"#),
];
