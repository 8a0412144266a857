//! Arguments that a command does not take, lacks, or wants of another type. Only commands that both programs have, and
//! only requests that fail before they do anything.

use crate::differential::case::Case;

/// Name, command, arguments.
const WRONG: &[(&str, &str, &str)] = &[
    ("query-version takes none", "query-version", r#"{"a": 1}"#),
    ("query-commands takes none", "query-commands", r#"{"x": null}"#),
    ("query-status takes none", "query-status", r#"{"": ""}"#),
    ("query-name takes none", "query-name", r#"{"name": "x"}"#),
    ("quit takes none", "quit", r#"{"force": true}"#),
    ("stop takes none", "stop", r#"{"now": true}"#),
    ("cont takes none", "cont", r#"{"now": true}"#),
    ("system_reset takes none", "system_reset", r#"{"mode": "hard"}"#),
    ("system_powerdown takes none", "system_powerdown", r#"{"now": 1}"#),
    ("query-cpus-fast takes none", "query-cpus-fast", r#"{"cpu": 0}"#),
    ("human-monitor-command lacks its line", "human-monitor-command", "{}"),
    ("human-monitor-command with a number", "human-monitor-command", r#"{"command-line": 1}"#),
    (
        "human-monitor-command with a string as index",
        "human-monitor-command",
        r#"{"command-line": "", "cpu-index": "0"}"#,
    ),
    ("dump lacks all", "dump-guest-memory", "{}"),
    ("dump lacks protocol", "dump-guest-memory", r#"{"paging": false}"#),
    ("dump lacks paging", "dump-guest-memory", r#"{"protocol": "file:/nonexistent/x"}"#),
    ("dump paging is a string", "dump-guest-memory", r#"{"paging": "no", "protocol": "file:/nonexistent/x"}"#),
    ("dump paging is null", "dump-guest-memory", r#"{"paging": null, "protocol": "file:/nonexistent/x"}"#),
    ("dump protocol is a number", "dump-guest-memory", r#"{"paging": false, "protocol": 1}"#),
    ("dump protocol is an object", "dump-guest-memory", r#"{"paging": false, "protocol": {}}"#),
    (
        "dump detach is a number",
        "dump-guest-memory",
        r#"{"paging": false, "protocol": "file:/nonexistent/x", "detach": 1}"#,
    ),
    (
        "dump begin is a string",
        "dump-guest-memory",
        r#"{"paging": false, "protocol": "file:/nonexistent/x", "begin": "0"}"#,
    ),
    (
        "dump with an unknown member",
        "dump-guest-memory",
        r#"{"paging": false, "protocol": "file:/nonexistent/x", "zz": 1}"#,
    ),
    (
        "dump with an unknown format",
        "dump-guest-memory",
        r#"{"paging": false, "protocol": "file:/nonexistent/x", "format": "zip"}"#,
    ),
    ("dump to an unknown protocol", "dump-guest-memory", r#"{"paging": false, "protocol": "nonsense"}"#),
    ("migrate lacks uri", "migrate", "{}"),
    ("migrate uri is a number", "migrate", r#"{"uri": 1}"#),
    ("migrate uri is an array", "migrate", r#"{"uri": ["tcp:127.0.0.1:1"]}"#),
    ("migrate with an unknown member", "migrate", r#"{"uri": "tcp:127.0.0.1:1", "zz": 1}"#),
    ("migrate-incoming lacks uri", "migrate-incoming", "{}"),
    ("migrate-incoming uri is null", "migrate-incoming", r#"{"uri": null}"#),
    ("query-migrate takes none", "query-migrate", r#"{"a": 1}"#),
    ("query-dump takes none", "query-dump", r#"{"a": 1}"#),
    ("migrate_cancel takes none", "migrate_cancel", r#"{"a": 1}"#),
    ("yank lacks instances", "yank", "{}"),
    ("yank instances is an object", "yank", r#"{"instances": {}}"#),
    ("yank instances holds a number", "yank", r#"{"instances": [1]}"#),
    ("yank instance lacks its type", "yank", r#"{"instances": [{}]}"#),
    ("yank instance of an unknown type", "yank", r#"{"instances": [{"type": "moon"}]}"#),
    ("yank instance with an unknown member", "yank", r#"{"instances": [{"type": "migration", "zz": 1}]}"#),
    ("yank of what is not there", "yank", r#"{"instances": [{"type": "migration"}]}"#),
    ("query-yank takes none", "query-yank", r#"{"a": 1}"#),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = WRONG
        .iter()
        .map(|(name, command, arguments)| {
            Case::plain(*name, format!(r#"{{"execute": "{command}", "arguments": {arguments}, "id": 1}}"#))
        })
        .collect();
    cases.extend([
        Case::plain("dump without arguments", r#"{"execute": "dump-guest-memory", "id": 1}"#),
        Case::plain("query-version with empty arguments", r#"{"execute": "query-version", "arguments": {}, "id": 1}"#),
        Case::plain(
            "unexpected argument name is not ASCII",
            "{\"execute\": \"query-version\", \"arguments\": {\"é\": 1}}",
        ),
        Case::plain(
            "unexpected argument given twice",
            r#"{"execute": "query-version", "arguments": {"a": 1, "a": 2}}"#,
        ),
    ]);
    cases
}
