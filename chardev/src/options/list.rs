//! Option lists as QEMU writes them: `first,key=value,switch,noswitch`, with `,,` for a literal comma.

use crate::OptionError;
use std::str::FromStr;

/// The value of an option that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `key`, `key=on`, `key=yes`, `key=true`, `key=y`.
    On,
    /// `nokey`, `key=off`, `key=no`, `key=false`, `key=n`.
    Off,
}

impl Switch {
    /// Whether this is [`Switch::On`].
    pub fn is_on(self) -> bool {
        self == Switch::On
    }
}

/// A comma separated option list `first,key=value,key,...`, from which each part of a program takes what it knows.
///
/// A bare `key` means `key=on`, and `nokey` means `key=off` where `key` is asked for as a switch.
/// [`finish`](OptionList::finish) then refuses what nobody took.
#[derive(Clone, Debug)]
pub struct OptionList {
    head: String,
    entries: Vec<Entry>,
    known: Vec<String>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: String,
    /// None for a bare `key`.
    value: Option<String>,
}

impl OptionList {
    /// Splits `text` at its single commas.
    ///
    /// # Errors
    /// An empty first part or an empty option; one key twice.
    pub fn parse(text: &str) -> Result<OptionList, OptionError> {
        let mut parts = split(text).into_iter();
        let head = parts.next().unwrap_or_default();
        let mut list = OptionList { head, entries: Vec::new(), known: Vec::new() };
        for part in parts {
            let (key, value) = match part.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (part.as_str(), None),
            };
            if key.is_empty() {
                return Err(OptionError::Empty { text: text.to_owned() });
            }
            if list.entries.iter().any(|entry| entry.key == key) {
                return Err(OptionError::Duplicate { key: key.to_owned() });
            }
            list.entries.push(Entry { key: key.to_owned(), value });
        }
        if list.head.is_empty() { Err(OptionError::Empty { text: text.to_owned() }) } else { Ok(list) }
    }

    /// The first part, `unix:/tmp/x`, with doubled commas undone.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Takes the value of `key`; that of a bare `key` is `on`.
    pub fn take(&mut self, key: &str) -> Option<String> {
        self.learn(key);
        self.remove(key).map(|entry| entry.value.unwrap_or_else(|| "on".to_owned()))
    }

    /// Takes the switch `key`, also in its older forms `key` and `nokey`.
    ///
    /// # Errors
    /// A value that is neither on nor off; `key` and `nokey` together.
    pub fn take_switch(&mut self, key: &str) -> Result<Option<Switch>, OptionError> {
        let given = self.take(key);
        let negated = format!("no{key}");
        let bare = self.entries.iter().any(|entry| entry.key == negated && entry.value.is_none());
        let off = if bare { self.remove(&negated) } else { None };
        match (given, off) {
            (Some(_), Some(_)) => Err(OptionError::Duplicate { key: key.to_owned() }),
            (None, Some(_)) => Ok(Some(Switch::Off)),
            (None, None) => Ok(None),
            (Some(value), None) => match value.as_str() {
                "on" | "yes" | "true" | "y" => Ok(Some(Switch::On)),
                "off" | "no" | "false" | "n" => Ok(Some(Switch::Off)),
                _ => Err(OptionError::NotASwitch { key: key.to_owned(), value }),
            },
        }
    }

    /// Takes the number `key`.
    ///
    /// # Errors
    /// A value that `T` can't hold.
    pub fn take_number<T: FromStr>(&mut self, key: &str) -> Result<Option<T>, OptionError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(OptionError::NotANumber { key: key.to_owned(), value }),
        }
    }

    /// Refuses what was not taken.
    ///
    /// # Errors
    /// Names the first option that nobody took and lists those that somebody asked for.
    pub fn finish(self) -> Result<(), OptionError> {
        let Some(entry) = self.entries.into_iter().next() else { return Ok(()) };
        let known = if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
        Err(OptionError::Unknown { key: entry.key, known })
    }

    fn learn(&mut self, key: &str) {
        if !self.known.iter().any(|known| known == key) {
            self.known.push(key.to_owned());
        }
    }

    fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }
}

/// Splits at single commas; `,,` is a comma inside a part.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ',' && chars.next_if_eq(&',').is_none() {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// Doubles the commas of a value, so that [`OptionList::parse`] reads it back.
pub(crate) fn escape(value: &str) -> String {
    value.replace(',', ",,")
}
