//! QMP's JSON dialect as strict JSON.
//!
//! QMP allows strings in single quotes, and the escape `\'` in both kinds of string. Nothing else differs.

use memchr::{memchr2, memchr3};

/// Rewrites a complete value: `'` delimiters become `"`, `"` inside them is escaped, `\'` loses its backslash.
///
/// Everything else, valid or not, is copied as it is.
pub(crate) fn to_strict(text: &[u8]) -> Vec<u8> {
    // Room for a few escapes; what needs more grows once.
    let mut out = Vec::with_capacity(text.len() + text.len() / 64 + 16);
    let mut rest = text;
    while let Some(at) = memchr2(b'"', b'\'', rest) {
        let quote = rest[at];
        out.extend_from_slice(&rest[..at]);
        out.push(b'"');
        rest = copy_string(&rest[at + 1..], quote, &mut out);
    }
    out.extend_from_slice(rest);
    out
}

/// Copies a string's inside and its closing quote; returns what follows.
fn copy_string<'a>(text: &'a [u8], quote: u8, out: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = text;
    while let Some(at) = memchr3(b'"', b'\'', b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let found = rest[at];
        rest = &rest[at + 1..];
        if found == quote {
            out.push(b'"');
            return rest;
        }
        if found != b'\\' {
            out.extend_from_slice(if found == b'"' { b"\\\"" } else { b"'" });
            continue;
        }
        let Some((&escaped, tail)) = rest.split_first() else {
            out.push(b'\\');
            return rest;
        };
        if escaped != b'\'' {
            out.push(b'\\');
        }
        out.push(escaped);
        rest = tail;
    }
    out.extend_from_slice(rest);
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn rewritten(text: &str, expected: &str) {
        assert_eq!(String::from_utf8(to_strict(text.as_bytes())).unwrap(), expected);
    }

    #[test]
    fn single_quotes_become_double_quotes() {
        rewritten("{'a': 'b', \"c\": 'd'}", r#"{"a": "b", "c": "d"}"#);
        rewritten("''", "\"\"");
    }

    #[test]
    fn a_double_quote_inside_single_quotes_is_escaped_and_an_escaped_one_stays() {
        rewritten(r#"['"', '\"', "\"", "'", '""']"#, r#"["\"", "\"", "\"", "'", "\"\""]"#);
    }

    #[test]
    fn an_escaped_single_quote_loses_its_backslash_in_both_kinds_of_string() {
        rewritten(r#"['\'', "\'", '\\', "\\'"]"#, r#"["'", "'", "\\", "\\'"]"#);
    }

    #[test]
    fn other_escapes_and_text_that_is_no_json_are_left_alone() {
        rewritten(r#"{'a\n\u00e9\x': nul, 1 2}"#, r#"{"a\n\u00e9\x": nul, 1 2}"#);
        rewritten("'open", "\"open");
        rewritten("'open\\", "\"open\\");
    }
}
