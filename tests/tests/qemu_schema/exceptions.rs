//! Where our compiler judges a conformance case of QEMU's differently, on purpose: which, what it says, and why.

use actix_qmp_tests::qemu_source::Version;

/// One intended difference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exception {
    /// The case.
    pub(crate) case: &'static str,
    /// The last line that our compiler says, or [`ACCEPTED`].
    pub(crate) ours: &'static str,
    /// Why.
    pub(crate) reason: &'static str,
}

/// What is said to a schema that is right.
pub(crate) const ACCEPTED: &str = "";

/// All exceptions of a version.
pub(crate) fn of(version: Version) -> &'static [Exception] {
    match version {
        Version::V7_2 => V7_2,
        Version::V10_0 => V10_0,
    }
}

const fn differs(case: &'static str, ours: &'static str, reason: &'static str) -> Exception {
    Exception { case, ours, reason }
}

const NO_SCHEMA: &str = "QEMU has the golden text, but no such schema, and does not run the case";
const INDENT: &str = "newer QEMU lets the second line choose the indentation, and its own schemas are written so";
const BOXED: &str = "7.2 allows it, and its good cases have it; later forbidden for the sake of the C generator";
const LATER: &str = "a rule that 7.2 does not have";
const PLACE: &str = "the same words; the place is the one that 7.2 names";
const WORDS: &str = "in the words of 7.2";

const NO_FILE: &str = "can't read schema file 'escape-outside-string.json': No such file or directory";

const V7_2: &[Exception] =
    &[differs("doc-bad-indent", ACCEPTED, INDENT), differs("escape-outside-string", NO_FILE, NO_SCHEMA)];

const V10_0: &[Exception] = &[
    differs("args-if-implicit", ACCEPTED, BOXED),
    differs("args-if-unboxed", ACCEPTED, BOXED),
    differs("event-args-if-unboxed", ACCEPTED, BOXED),
    differs("doc-invalid-return2", ACCEPTED, LATER),
    differs("doc-non-first-section", ACCEPTED, LATER),
    differs("features-too-many", ACCEPTED, LATER),
    differs("escape-outside-string", NO_FILE, NO_SCHEMA),
    differs(
        "doc-bad-alternate-member",
        "doc-bad-alternate-member.json:3: documented members 'aa', 'bb' do not exist",
        PLACE,
    ),
    differs(
        "doc-bad-boxed-command-arg",
        "doc-bad-boxed-command-arg.json:9: documented member 'a' does not exist",
        PLACE,
    ),
    differs("doc-bad-command-arg", "doc-bad-command-arg.json:3: documented member 'b' does not exist", PLACE),
    differs("doc-bad-enum-member", "doc-bad-enum-member.json:3: documented member 'a' does not exist", PLACE),
    differs("doc-bad-event-arg", "doc-bad-event-arg.json:3: documented member 'a' does not exist", PLACE),
    differs("doc-bad-feature", "doc-bad-feature.json:3: documented feature 'a' does not exist", PLACE),
    differs("doc-bad-union-member", "doc-bad-union-member.json:3: documented members 'a', 'b' do not exist", PLACE),
    differs("doc-duplicated-arg", "doc-duplicated-arg.json:6:1: 'a' parameter name duplicated", PLACE),
    differs("doc-duplicated-return", "doc-duplicated-return.json:8:1: duplicated 'Returns' section", PLACE),
    differs("doc-duplicated-since", "doc-duplicated-since.json:8:1: duplicated 'Since' section", PLACE),
    differs("doc-empty-arg", "doc-empty-arg.json:5:1: invalid parameter name", PLACE),
    differs("bad-data", "bad-data.json:2: 'data' cannot be an array", WORDS),
    differs("doc-empty-section", "doc-empty-section.json:7:1: empty doc section 'Errors'", WORDS),
    differs(
        "doc-interleaved-section",
        "doc-interleaved-section.json:15:1: '@foobar:' can't follow 'TODO' section",
        WORDS,
    ),
    differs("doc-invalid-return", "doc-invalid-return.json:3: 'Returns:' is only valid for commands", WORDS),
    differs("event-nest-struct", "event-nest-struct.json:1: 'data' member 'a' should be a type name", WORDS),
    differs("nested-struct-data", "nested-struct-data.json:2: 'data' member 'a' should be a type name", WORDS),
    differs("returns-dict", "returns-dict.json:2: 'returns' should be a type name", WORDS),
    differs("struct-member-invalid", "struct-member-invalid.json:1: 'data' member 'a' should be a type name", WORDS),
    differs("union-array-branch", "union-array-branch.json:8: 'data' member 'value1' cannot be an array", WORDS),
];
