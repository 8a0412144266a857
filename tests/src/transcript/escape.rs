//! The bytes of a `->` line: the text as it stands, but `\xNN` is the byte NN. JSON has no `\x`, so nothing that one
//! would want to send is lost; a literal `\x` is written `\x5cx`.

use crate::{Failure, Outcome};

/// The bytes that `text` stands for.
///
/// # Errors
/// If `\x` is not followed by two hexadecimal digits.
pub fn unescape(text: &str) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\x") {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).ok_or_else(|| Failure::new(format!("\\x without two digits in: {text}")))?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| Failure::new(format!("no byte: \\x{digits}")))?);
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backslash_x_is_special() {
        assert_eq!(unescape(r#"{"a": "\u0041\n"}\x0d\x0A"#).unwrap(), b"{\"a\": \"\\u0041\\n\"}\r\n");
        assert_eq!(unescape(r"\xff\x00").unwrap(), [0xff, 0]);
        assert_eq!(unescape("é").unwrap(), "é".as_bytes());
    }

    #[test]
    fn a_broken_escape_is_an_error() {
        assert!(unescape(r"\x").is_err());
        assert!(unescape(r"\xg0").is_err());
    }
}
