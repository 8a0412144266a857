//! Numbers at their edges. The number is the `id`, so that it comes back.

use crate::differential::case::Case;

/// What is sent, and is the name too.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "00",
    "01",
    "-01",
    "+1",
    "-",
    "1.",
    ".5",
    "1.0",
    "-0.0",
    "0.1",
    "0.5e-7",
    "4e-7",
    "1e3",
    "1E3",
    "1e+3",
    "1e",
    "1e+",
    "1.5e300",
    "1e308",
    "1e309",
    "1e999",
    "-1e999",
    "1e-999",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "100000000000000000000000000000",
    "0.30000000000000004",
    "123456789.123456789",
    "0x10",
    "1_000",
    "1,5",
    "Infinity",
    "-Infinity",
];

pub(super) fn cases() -> Vec<Case> {
    NUMBERS
        .iter()
        .map(|number| {
            Case::plain(format!("number {number}"), format!(r#"{{"execute": "query-version", "id": {number}}}"#))
        })
        .collect()
}
