//! The `id` member that ties a reply to its request.

use std::fmt;

/// A request's `id`: JSON text on one line in ASCII, numbers exactly as the client wrote them.
///
/// It is kept as text, never as a value, because it goes back as it came: `1.0` stays `1.0` and
/// `18446744073709551615` keeps its last digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Box<str>);

impl RequestId {
    /// Takes text that is already one line of valid JSON in ASCII; the request parser makes it so.
    #[must_use]
    pub fn from_normalised(json: Box<str>) -> Self {
        debug_assert!(json.is_ascii() && !json.contains(['\n', '\r']), "id not normalised: {json}");
        Self(json)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
