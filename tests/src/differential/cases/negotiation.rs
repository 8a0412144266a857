//! Before, in and after the negotiation of capabilities.

use crate::differential::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = early();
    cases.extend(wrong());
    cases.extend(late());
    cases
}

fn early() -> Vec<Case> {
    vec![
        Case::fresh("early command", r#"{"execute": "query-version", "id": 1}"#),
        Case::fresh("early command without id", r#"{"execute": "query-version"}"#),
        Case::fresh("early unknown command", r#"{"execute": "no-such", "id": 1}"#),
        Case::fresh("early quit", r#"{"execute": "quit", "id": 1}"#),
        Case::fresh("early exec-oob", r#"{"exec-oob": "query-yank", "id": 1}"#),
        Case::fresh("early exec-oob of an unknown command", r#"{"exec-oob": "no-such", "id": 1}"#),
        Case::fresh("early empty object", "{}"),
        Case::fresh("early array", "[1]"),
        Case::fresh("early unknown member", r#"{"execute": "query-version", "extra": 1, "id": 1}"#),
        Case::fresh("early arguments of the wrong type", r#"{"execute": "query-version", "arguments": [], "id": 1}"#),
        Case::fresh("early syntax error", "{]"),
        Case::fresh("early 0xFF", r"\xff"),
        Case::fresh("negotiation out-of-band", r#"{"exec-oob": "qmp_capabilities", "id": 1}"#),
        Case::fresh(
            "command right behind a failed negotiation",
            concat!(
                r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["no-such"]}, "id": 1}"#,
                r#"{"execute": "query-version", "id": 2}"#
            ),
        ),
        Case::fresh(
            "command right behind negotiation",
            concat!(r#"{"execute": "qmp_capabilities", "id": 1}"#, r#"{"execute": "query-version", "id": 2}"#),
        ),
        Case::fresh(
            "negotiated twice at once",
            concat!(r#"{"execute": "qmp_capabilities", "id": 1}"#, r#"{"execute": "qmp_capabilities", "id": 2}"#),
        ),
        Case::fresh(
            "failed negotiation, then a right one",
            concat!(
                r#"{"execute": "qmp_capabilities", "arguments": {"enable": 1}, "id": 1}"#,
                r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": 2}"#,
                r#"{"exec-oob": "query-yank", "id": 3}"#
            ),
        ),
    ]
}

/// Name, arguments.
const ARGUMENTS: &[(&str, &str)] = &[
    ("an unknown capability", r#"{"enable": ["no-such"]}"#),
    ("a known and an unknown capability", r#"{"enable": ["oob", "no-such"]}"#),
    ("a capability in capitals", r#"{"enable": ["OOB"]}"#),
    ("an empty capability", r#"{"enable": [""]}"#),
    ("the same capability twice", r#"{"enable": ["oob", "oob"]}"#),
    ("a string for enable", r#"{"enable": "oob"}"#),
    ("a number for enable", r#"{"enable": 1}"#),
    ("null for enable", r#"{"enable": null}"#),
    ("an object for enable", r#"{"enable": {"oob": true}}"#),
    ("a number in enable", r#"{"enable": [1]}"#),
    ("a second element that is null", r#"{"enable": ["oob", null]}"#),
    ("an unknown argument", r#"{"disable": []}"#),
    ("an unknown argument beside enable", r#"{"enable": [], "disable": []}"#),
    ("empty arguments", "{}"),
    ("an empty list", r#"{"enable": []}"#),
    ("oob", r#"{"enable": ["oob"]}"#),
];

fn wrong() -> Vec<Case> {
    ARGUMENTS
        .iter()
        .map(|(name, arguments)| {
            let request = format!(r#"{{"execute": "qmp_capabilities", "arguments": {arguments}, "id": 1}}"#);
            Case::fresh(format!("negotiation with {name}"), request)
        })
        .collect()
}

fn late() -> Vec<Case> {
    vec![
        Case::plain("negotiation again", r#"{"execute": "qmp_capabilities", "id": 1}"#),
        Case::plain("negotiation again without id", r#"{"execute": "qmp_capabilities"}"#),
        Case::plain(
            "negotiation again with an unknown capability",
            r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["no-such"]}, "id": 1}"#,
        ),
        Case::plain(
            "negotiation again with wrong arguments",
            r#"{"execute": "qmp_capabilities", "arguments": {"x": 1}, "id": 1}"#,
        ),
        Case::plain("negotiation again as exec-oob", r#"{"exec-oob": "qmp_capabilities", "id": 1}"#),
        Case::oob("negotiation again with oob", r#"{"execute": "qmp_capabilities", "id": 1}"#),
        Case::oob("negotiation again with oob as exec-oob", r#"{"exec-oob": "qmp_capabilities", "id": 1}"#),
    ]
}
