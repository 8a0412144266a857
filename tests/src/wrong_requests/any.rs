//! Members that take anything, beside others that don't.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("any value does not make up for the path", "qom-set", r#"{"property": "p", "value": {"path": "/"}}"#),
    row("any value does not make up for a wrong path", "qom-set", r#"{"path": 1, "property": "p", "value": 1}"#),
    row(
        "any value does not make up for an unexpected member",
        "qom-set",
        r#"{"path": "/", "property": "p", "value": {"x": 1}, "x": 2}"#,
    ),
    row(
        "any properties do not make up for the name",
        "query-cpu-model-expansion",
        r#"{"type": "full", "model": {"props": {"name": "qemu64"}}}"#,
    ),
    row(
        "any properties do not make up for a wrong name",
        "query-cpu-model-expansion",
        r#"{"type": "full", "model": {"name": null, "props": null}}"#,
    ),
    row("any value is returned, but the path is a number", "qom-get", r#"{"path": 1, "property": "p"}"#),
    row("any value is returned, but the property is missing", "qom-get", r#"{"path": "/"}"#),
    row(
        "any value is returned, but a value is unexpected",
        "qom-get",
        r#"{"path": "/", "property": "p", "value": null}"#,
    ),
];
