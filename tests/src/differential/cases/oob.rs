//! Out-of-band: asked for without the capability, of a command that does not allow it, and with wrong members.

use crate::differential::case::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::plain("exec-oob without the capability", r#"{"exec-oob": "query-yank", "id": 1}"#),
        Case::plain("exec-oob without the capability or an id", r#"{"exec-oob": "query-yank"}"#),
        Case::plain(
            "exec-oob of an in-band command without the capability",
            r#"{"exec-oob": "query-version", "id": 1}"#,
        ),
        Case::plain("exec-oob of an unknown command without the capability", r#"{"exec-oob": "no-such", "id": 1}"#),
        Case::oob("exec-oob of an in-band command", r#"{"exec-oob": "query-version", "id": 1}"#),
        Case::oob("exec-oob of an unknown command", r#"{"exec-oob": "no-such", "id": 1}"#),
        Case::oob(
            "exec-oob with an unexpected argument",
            r#"{"exec-oob": "query-yank", "arguments": {"a": 1}, "id": 1}"#,
        ),
        Case::oob(
            "exec-oob with arguments of the wrong type",
            r#"{"exec-oob": "query-yank", "arguments": [], "id": 1}"#,
        ),
        Case::oob("exec-oob with an unknown member", r#"{"exec-oob": "query-yank", "extra": 1, "id": 1}"#),
        Case::oob("exec-oob with execute", r#"{"exec-oob": "query-yank", "execute": "query-version", "id": 1}"#),
        Case::oob(
            "exec-oob that fails in its handler",
            r#"{"exec-oob": "yank", "arguments": {"instances": [{"type": "migration"}]}, "id": 1}"#,
        ),
        Case::oob("exec-oob without an id", r#"{"exec-oob": "query-yank"}"#),
        Case::oob("execute without an id", r#"{"execute": "query-version"}"#),
        Case::oob("oob-capable command in-band", r#"{"execute": "query-yank", "id": 1}"#),
        Case::oob("run-oob", r#"{"execute": "query-yank", "control": {"run-oob": true}, "id": 1}"#),
        Case::oob("run-oob is false", r#"{"execute": "query-yank", "control": {"run-oob": false}, "id": 1}"#),
        Case::oob(
            "run-oob of an in-band command",
            r#"{"execute": "query-version", "control": {"run-oob": true}, "id": 1}"#,
        ),
        Case::oob("run-oob is a string", r#"{"execute": "query-yank", "control": {"run-oob": "yes"}, "id": 1}"#),
        Case::oob("control is an array", r#"{"execute": "query-yank", "control": [], "id": 1}"#),
        Case::oob("control with an unknown member", r#"{"execute": "query-yank", "control": {"fast": true}, "id": 1}"#),
        Case::oob("empty object with oob", "{}"),
        Case::oob("only an id with oob", r#"{"id": 1}"#),
        Case::oob("execute is a number with oob", r#"{"execute": 1, "id": 1}"#),
        Case::oob("unknown command with oob", r#"{"execute": "no-such", "id": 1}"#),
        Case::oob("syntax error with oob", "{]"),
        Case::oob("0xFF with oob", r"\xff"),
        Case::oob(
            "malformed between two valid with oob",
            concat!(
                r#"{"execute": "query-version", "id": 1}"#,
                r#"{"execute": 5, "id": 2}"#,
                r#"{"execute": "query-version", "id": 3}"#
            ),
        ),
        Case::oob(
            "0xFF between two valid with oob",
            concat!(r#"{"execute": "query-version", "id": 1}"#, r"\xff", r#"{"execute": "query-version", "id": 3}"#),
        ),
    ]
}
