//! What a `<-` line expects: JSON in which `...` as a value, or the string `"*"`, stands for any value, and `...` as a
//! last member or element says that more may follow.

use serde_json::Value;

use crate::{Context, Outcome};

/// Stands for any value. No message of the monitor has it as its whole text.
const ANY: &str = "*";
/// Stands for members or elements that don't matter.
const MORE: &str = "...";

/// An expected message.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Value);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is not JSON but for its placeholders.
    pub fn parse(text: &str) -> Outcome<Self> {
        serde_json::from_str(&with_quoted_dots(text)).map(Self).context(format!("no pattern: {text}"))
    }

    /// Whether a message is as expected.
    pub fn matches(&self, message: &Value) -> bool {
        matches(&self.0, message)
    }
}

fn matches(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::String(text), _) if text == ANY => true,
        (Value::Object(expected), Value::Object(actual)) => {
            let open = expected.contains_key(MORE);
            let named = expected.iter().filter(|(name, _)| *name != MORE);
            (open || expected.len() == actual.len())
                && named.into_iter().all(|(name, value)| actual.get(name).is_some_and(|other| matches(value, other)))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            let (expected, open) = match expected.split_last() {
                Some((last, before)) if last == MORE => (before, true),
                Some(_) | None => (expected.as_slice(), false),
            };
            (if open { expected.len() <= actual.len() } else { expected.len() == actual.len() })
                && expected.iter().zip(actual).all(|(one, other)| matches(one, other))
        }
        (expected, actual) => expected == actual,
    }
}

/// Replaces each `...` outside strings by what JSON allows in its place.
fn with_quoted_dots(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut open = Vec::new();
    let mut previous = ' ';
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if !in_string && rest.starts_with(MORE) {
            quoted.push_str(match (previous, open.last()) {
                (':', _) => r#""*""#,
                (_, Some('{')) => r#""...":true"#,
                (_, Some(_) | None) => r#""...""#,
            });
            rest = &rest[MORE.len()..];
            continue;
        }
        match next {
            '"' if !escaped => in_string = !in_string,
            '{' | '[' if !in_string => open.push(next),
            '}' | ']' if !in_string => drop(open.pop()),
            _ => {}
        }
        escaped = in_string && next == '\\' && !escaped;
        previous = if next.is_whitespace() { previous } else { next };
        quoted.push(next);
        rest = &rest[next.len_utf8()..];
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn expects(pattern: &str, message: &Value) -> bool {
        Pattern::parse(pattern).unwrap().matches(message)
    }

    #[test]
    fn a_pattern_without_placeholders_matches_only_itself() {
        assert!(expects(r#"{"a": [1, "..."], "b": {}}"#, &json!({"b": {}, "a": [1, 5]})));
        assert!(expects(r#"{"a": 1}"#, &json!({"a": 1})));
        assert!(!expects(r#"{"a": 1}"#, &json!({"a": 1, "b": 2})));
        assert!(!expects(r#"{"a": 1}"#, &json!({"a": 1.0})));
        assert!(!expects(r#"{"a": 1, "b": 2}"#, &json!({"a": 1})));
    }

    #[test]
    fn dots_stand_for_a_value_for_members_and_for_elements() {
        assert!(expects(r#"{"t": ..., "e": "X"}"#, &json!({"t": {"seconds": 1}, "e": "X"})));
        assert!(expects(r#"{"e": "X", ...}"#, &json!({"t": 1, "e": "X"})));
        assert!(!expects(r#"{"e": "X", ...}"#, &json!({"t": 1})));
        assert!(expects("[1, ...]", &json!([1, 2, 3])));
        assert!(!expects("[1, ...]", &json!([])));
        assert!(expects(r#"{"d": "*"}"#, &json!({"d": [1]})));
    }

    #[test]
    fn dots_within_a_string_are_text() {
        assert!(expects(r#"{"d": "wait \" ... end"}"#, &json!({"d": "wait \" ... end"})));
        assert!(!expects(r#"{"d": "wait ..."}"#, &json!({"d": "wait 3"})));
    }
}
