//! How a description names what was wrong.

use super::{Exception, differs};

const NAMED: &str = "QEMU does not know the name of the list's element and says 'null'";
const ESCAPED: &str = "a control character in a description is shown as its escape";

const NO_HMP: &str = "the VMM prototype has no human monitor";
const NO_HMP_ANSWER: &str = r#"CommandNotFound "The command human-monitor-command has not been found" id 1"#;

pub(super) const EXCEPTIONS: &[Exception] = &[
    differs("byte 0x01", r#"GenericError "JSON parse error, stray '\\u0001'""#, ESCAPED),
    differs("byte 0x7F", r#"GenericError "JSON parse error, stray '\\u007F'""#, ESCAPED),
    differs("byte NUL", r#"GenericError "JSON parse error, stray '\\u0000'""#, ESCAPED),
    differs(
        "command name with a control character escaped",
        r#"CommandNotFound "The command a\\n\\u0001 has not been found" id 1"#,
        ESCAPED,
    ),
    differs(
        "command right behind a failed negotiation",
        r#"GenericError "Parameter 'enable[0]' does not accept value 'no-such'" id 1 | CommandNotFound "Expecting capabilities negotiation with 'qmp_capabilities'" id 2"#,
        NAMED,
    ),
    differs(
        "negotiation with a capability in capitals",
        r#"GenericError "Parameter 'enable[0]' does not accept value 'OOB'" id 1"#,
        NAMED,
    ),
    differs(
        "negotiation with a known and an unknown capability",
        r#"GenericError "Parameter 'enable[1]' does not accept value 'no-such'" id 1"#,
        NAMED,
    ),
    differs(
        "negotiation with an empty capability",
        r#"GenericError "Parameter 'enable[0]' does not accept value ''" id 1"#,
        NAMED,
    ),
    differs(
        "negotiation with an unknown capability",
        r#"GenericError "Parameter 'enable[0]' does not accept value 'no-such'" id 1"#,
        NAMED,
    ),
    differs(
        "negotiation again with an unknown capability",
        r#"GenericError "Parameter 'enable[0]' does not accept value 'no-such'" id 1"#,
        NAMED,
    ),
    differs("human-monitor-command lacks its line", NO_HMP_ANSWER, NO_HMP),
    differs("human-monitor-command with a number", NO_HMP_ANSWER, NO_HMP),
    differs("human-monitor-command with a string as index", NO_HMP_ANSWER, NO_HMP),
];
