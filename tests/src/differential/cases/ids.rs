//! An `id` of every JSON type, on a success and on an error.

use crate::differential::case::Case;

const IDS: &[(&str, &str)] = &[
    ("a string", r#""x""#),
    ("an empty string", r#""""#),
    ("an integer", "7"),
    ("zero", "0"),
    ("a negative integer", "-7"),
    ("a float", "1.5"),
    ("a whole float", "1.0"),
    ("true", "true"),
    ("false", "false"),
    ("null", "null"),
    ("an empty array", "[]"),
    ("an array", r#"[1, "a", null, [2]]"#),
    ("an empty object", "{}"),
    ("an object", r#"{"a": {"b": [1, 2]}, "c": false}"#),
    ("a string that is not ASCII", "\"é \\u20ac \\ud834\\udd1e\""),
    ("a string with escapes", r#""\"\\\/\b\f\n\r\t""#),
];

pub(super) fn cases() -> Vec<Case> {
    IDS.iter()
        .flat_map(|(what, id)| {
            [
                Case::plain(format!("id is {what}"), format!(r#"{{"execute": "query-version", "id": {id}}}"#)),
                Case::plain(format!("error id is {what}"), format!(r#"{{"execute": 1, "id": {id}}}"#)),
                Case::oob(format!("oob id is {what}"), format!(r#"{{"exec-oob": "query-yank", "id": {id}}}"#)),
            ]
        })
        .collect()
}
