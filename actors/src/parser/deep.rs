//! Values nested deeper than the call stack should follow: built with a stack of their own.
//!
//! Recursion costs up to two kilobytes per level without optimisation. A client may nest a thousand
//! levels, and an arbiter's thread has two megabytes for all it does.

use serde_json::value::RawValue;
use serde_json::{Error, Map, Value};

use super::token::{Token, Tokens};
use super::value::CheckedValue;

enum Open {
    Array(Vec<Value>),
    /// The name is that of the member being read.
    Object(Map<String, Value>, Option<String>),
}

/// Builds the tree of a text that is valid JSON, with the checks of [`CheckedValue`]. `None` when one fails.
pub(crate) fn build(raw: &RawValue) -> Option<Value> {
    let mut tokens = Tokens::new(raw.get().as_bytes());
    let mut open = Vec::new();
    loop {
        let complete = match tokens.next().ok()?? {
            Token::Punctuation(b'[') => {
                open.push(Open::Array(Vec::new()));
                continue;
            }
            Token::Punctuation(b'{') => {
                open.push(Open::Object(Map::new(), None));
                continue;
            }
            Token::Punctuation(b']' | b'}') => match open.pop()? {
                Open::Array(elements) => Value::Array(elements),
                Open::Object(members, _) => Value::Object(members),
            },
            Token::Punctuation(_) => continue,
            Token::Wrong(_) => return None,
            Token::Scalar(text) => scalar(text).ok()?,
            Token::String(text) => match open.last_mut() {
                Some(Open::Object(_, name @ None)) => {
                    *name = Some(text);
                    continue;
                }
                Some(Open::Object(..) | Open::Array(_)) | None => Value::String(text),
            },
        };
        match open.last_mut() {
            None => return Some(complete),
            Some(Open::Array(elements)) => elements.push(complete),
            Some(Open::Object(members, name)) => {
                if members.insert(name.take()?, complete).is_some() {
                    return None;
                }
            }
        }
    }
}

fn scalar(text: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(text).map(|CheckedValue(value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn built(text: &str) -> Option<Value> {
        build(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn it_builds_what_the_recursive_way_builds() {
        for text in [
            "null",
            "[]",
            "{}",
            r#" [1, -0, 2.5, "a\"\u00e9", true, [[], {}], {"b": {"c": [null]}, "": "x"}] "#,
            r#"{"a": "b", "c": ["d", {"e": "f"}, "g"], "h": {"i": 18446744073709551615}}"#,
        ] {
            let CheckedValue(expected) = serde_json::from_str(text).unwrap();
            assert_eq!(built(text), Some(expected), "{text}");
        }
        assert_eq!(built("[-0]"), Some(json!([0])));
    }

    #[test]
    fn it_refuses_what_the_recursive_way_refuses() {
        for text in [r#"[{"a": 1, "b": 2, "a": 3}]"#, "[1e999]", r#"["\ud800"]"#, r#"{"\ufffe": 1}"#, "\"\u{fdd0}\""] {
            assert_eq!(built(text), None, "{text}");
            assert!(serde_json::from_str::<CheckedValue>(text).is_err(), "{text}");
        }
    }
}
