//! What a `query-qmp-schema` told.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Context, Failure, Outcome};

/// The entries of a reply.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The reply, as it came.
    pub(super) reply: Vec<u8>,
    /// The JSON array in it.
    pub(super) text: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    name: String,
    meta_type: String,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    r#return: &'a RawValue,
}

impl Told {
    /// Reads a reply.
    ///
    /// # Errors
    /// If it is another.
    pub(super) fn by(reply: &[u8]) -> Outcome<Self> {
        let Reply { r#return } = serde_json::from_slice(reply).context("no reply to query-qmp-schema")?;
        let entries = serde_json::from_str(r#return.get()).context("entries that are none")?;
        Ok(Self { reply: reply.to_owned(), text: r#return.get().to_owned(), entries })
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether this tells at least what `other` tells: every command and event of it, and as many entries. Types have
    /// names of their own in each.
    ///
    /// # Errors
    /// Names what is missing.
    pub(super) fn expect_all_of(&self, other: &Self) -> Outcome {
        let own: HashSet<&Entry> = self.interface().collect();
        if let Some(Entry { name, meta_type }) = other.interface().find(|entry| !own.contains(entry)) {
            return Err(Failure::new(format!("introspection does not tell the {meta_type} {name}")));
        }
        if self.len() < other.len() {
            return Err(Failure::new(format!("introspection tells {} entries of {}", self.len(), other.len())));
        }
        Ok(())
    }

    fn interface(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| matches!(entry.meta_type.as_str(), "command" | "event"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(entries: &str) -> Told {
        Told::by(format!("{{\"return\": [{entries}], \"id\": 1}}\r\n").as_bytes()).unwrap()
    }

    const STOP: &str = r#"{"name": "stop", "meta-type": "command", "arg-type": "0"}"#;
    const CONT: &str = r#"{"name": "cont", "meta-type": "command", "arg-type": "0"}"#;
    const ZERO: &str = r#"{"name": "0", "meta-type": "object", "members": []}"#;
    const ONE: &str = r#"{"name": "1", "meta-type": "object", "members": []}"#;

    #[test]
    fn a_reply_must_tell_every_command_and_as_many_entries_as_another() {
        let asked = told(&[STOP, ZERO].join(","));
        assert!(told(&[CONT, STOP, ONE].join(",")).expect_all_of(&asked).is_ok());
        assert!(told(&[CONT, ZERO].join(",")).expect_all_of(&asked).is_err());
        assert!(told(STOP).expect_all_of(&asked).is_err());
        assert!(Told::by(b"{\"error\": {}}").is_err());
    }
}
