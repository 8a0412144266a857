//! What is wrong with a client's bytes, before there is a request to speak of.
//!
//! The sentences are those of QEMU 7.2 where it has one: clients and people know them.

use actix_qmp_messages::{EXCERPT_CHARS, QmpError, excerpt};

/// A mistake in the input stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SyntaxError {
    /// Bytes that are no token; the excerpt ends with the offending one.
    Stray(String),
    /// A bare word other than `true`, `false`, `null`.
    InvalidKeyword(String),
    /// A closing bracket or separator where a value must stand.
    ExpectingValue,
    /// A member's name is followed by something else than a colon.
    MissingColon,
    /// A member's name is no string.
    KeyNotString,
    /// Two members without a comma.
    SeparatorInObject,
    /// Two elements without a comma.
    SeparatorInArray,
    /// The same name twice in one object.
    DuplicateKey,
    /// A backslash followed by a character that makes no escape.
    InvalidEscape,
    /// A `\u` escape that denotes no character: bad digits, lone surrogate, noncharacter.
    InvalidUnicode(String),
    /// Bytes in a string that are no UTF-8, or a noncharacter.
    InvalidUtf8,
    /// A number beyond what a double can hold; echoing it would be no JSON.
    NumberOutOfRange(String),
    /// Brackets nested too deep.
    DepthLimit,
    /// One value takes too many bytes.
    SizeLimit,
    /// One value takes too many tokens.
    TokenLimit,
    /// The input ended inside a value.
    PrematureEnd,
    /// A complete value that is no object.
    NotAnObject,
    /// Text that the value parser refuses and no rule above explains.
    Unexplained,
}

impl SyntaxError {
    /// The `desc` of the error reply.
    pub(crate) fn desc(&self) -> String {
        match self {
            Self::Stray(text) => format!("JSON parse error, stray '{text}'"),
            Self::InvalidKeyword(word) => format!("JSON parse error, invalid keyword '{word}'"),
            Self::ExpectingValue => "JSON parse error, expecting value".into(),
            Self::MissingColon => "JSON parse error, missing : in object pair".into(),
            Self::KeyNotString => "JSON parse error, key is not a string in object".into(),
            Self::SeparatorInObject => "JSON parse error, expected separator in dict".into(),
            Self::SeparatorInArray => "JSON parse error, expected separator in list".into(),
            Self::DuplicateKey => "JSON parse error, duplicate key".into(),
            Self::InvalidEscape => "JSON parse error, invalid escape sequence in string".into(),
            Self::InvalidUnicode(escape) => format!("JSON parse error, {escape} is not a valid Unicode character"),
            Self::InvalidUtf8 => "JSON parse error, invalid UTF-8 sequence in string".into(),
            Self::NumberOutOfRange(number) => format!("JSON parse error, number out of range '{number}'"),
            Self::DepthLimit => "JSON nesting depth limit exceeded".into(),
            Self::SizeLimit => "JSON token size limit exceeded".into(),
            Self::TokenLimit => "JSON token count limit exceeded".into(),
            Self::PrematureEnd => "JSON parse error, premature end of input".into(),
            Self::NotAnObject => "QMP input must be a JSON object".into(),
            Self::Unexplained => "JSON parse error, invalid value".into(),
        }
    }
}

impl From<SyntaxError> for QmpError {
    fn from(error: SyntaxError) -> Self {
        Self::generic(error.desc())
    }
}

/// [`excerpt`] of bytes that need not be UTF-8: what isn't becomes U+FFFD.
pub(crate) fn excerpt_bytes(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4 * (EXCERPT_CHARS + 1))];
    excerpt(&String::from_utf8_lossy(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_text_is_cut_and_its_control_characters_are_escaped() {
        assert_eq!(excerpt_bytes(b"\"a\xff"), "\"a\u{fffd}");
        assert_eq!(excerpt_bytes(&[b'y'; 10_000]), format!("{}...", "y".repeat(64)));
    }
}
