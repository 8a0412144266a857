//! An answer reduced to what two programs must agree on: success or class and description, and the `id`.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// An `id` longer than this is told by its start and length.
const SHOWN_ID: usize = 120;

/// One line from the monitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Whatever was returned.
    Return {
        /// The `id`, if there was one.
        id: Option<String>,
    },
    /// An error.
    Error {
        /// Its class.
        class: String,
        /// Its description.
        description: String,
        /// The `id`, if there was one.
        id: Option<String>,
    },
    /// An event of this name.
    Event(String),
    /// A line that is no answer: not JSON, say.
    Unreadable(String),
}

#[derive(Deserialize)]
struct Line {
    #[serde(default, rename = "return", deserialize_with = "present")]
    returned: Option<Box<RawValue>>,
    error: Option<ErrorMember>,
    event: Option<String>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct ErrorMember {
    class: String,
    desc: String,
}

/// A member that is there, `null` too: an `id` of null is an `id`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Answer {
    /// Reads one line. Never fails: a line that can't be read is an answer of its own kind.
    pub fn read(line: &[u8]) -> Self {
        let unreadable = || Self::Unreadable(line.escape_ascii().to_string());
        let Ok(read) = serde_json::from_slice::<Line>(line) else { return unreadable() };
        let id = read.id.map(|id| comparable(id.get()));
        match (read.returned, read.error, read.event) {
            (Some(_), None, None) => Self::Return { id },
            (None, Some(error), None) => Self::Error { class: error.class, description: error.desc, id },
            (None, None, Some(event)) => Self::Event(event),
            (_, _, _) => unreadable(),
        }
    }

    /// Whether it carries this `id`, given as JSON.
    pub fn has_id(&self, expected: &str) -> bool {
        match self {
            Self::Return { id } | Self::Error { id, .. } => id.as_deref() == Some(expected),
            Self::Event(_) | Self::Unreadable(_) => false,
        }
    }
}

/// The `id` in one spelling: by value, not by white space, escapes or order of members. What nests too deeply to be
/// read is compared by its text without white space.
fn comparable(id: &str) -> String {
    let text = match serde_json::from_str::<Value>(id) {
        Ok(value) => value.to_string(),
        Err(_) => id.split_whitespace().collect(),
    };
    match text.char_indices().nth(SHOWN_ID) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = match self {
            Self::Return { id } => {
                write!(f, "return")?;
                id
            }
            Self::Error { class, description, id } => {
                write!(f, "{class} {description:?}")?;
                id
            }
            Self::Event(name) => return write!(f, "event {name}"),
            Self::Unreadable(line) => return write!(f, "unreadable {}", last_of(line)),
        };
        match id {
            Some(id) => write!(f, " id {id}"),
            None => Ok(()),
        }
    }
}

/// The end of a line is where an impossible `id` stands; its start holds versions, which may differ.
fn last_of(line: &str) -> &str {
    line.char_indices().rev().nth(20).map_or(line, |(start, _)| &line[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_reduced_to_class_description_and_id() {
        let read = |line: &str| Answer::read(line.as_bytes()).to_string();
        assert_eq!(read("{\"return\": {\"a\": 1}, \"id\": { \"b\":1,\"a\" : 2}}\r\n"), r#"return id {"a":2,"b":1}"#);
        assert_eq!(read(r#"{"error": {"class": "C", "desc": "d \"x\""}}"#), r#"C "d \"x\"""#);
        assert_eq!(read(r#"{"return": null, "id": null}"#), "return id null");
        assert_eq!(read(r#"{"event": "STOP", "timestamp": {}}"#), "event STOP");
        assert!(read(r#"{"return": {}, "id": inf}"#).starts_with("unreadable"));
    }

    #[test]
    fn a_deep_id_can_still_be_compared() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let answer = Answer::read(format!("{{\"return\": 1, \"id\": {deep}}}").as_bytes());
        assert!(answer.to_string().ends_with("(2000 bytes)"), "{answer}");
    }
}
