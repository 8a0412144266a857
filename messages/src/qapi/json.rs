//! A value that is JSON text already.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A value in JSON, written to the wire as it is: what a command with `'gen': false` returns. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Json(Arc<RawValue>);

impl Json {
    /// Serialises a value, once.
    ///
    /// # Errors
    /// The value's own.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Self> {
        let mut text = Vec::new();
        crate::write_json(value, crate::Style::Compact, 0, &mut text)?;
        let text = String::from_utf8(text).map_err(serde::ser::Error::custom)?;
        Ok(Self(RawValue::from_string(text)?.into()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// As their texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
