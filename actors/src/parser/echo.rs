//! The `id` of a request, made ready to go back.

use actix_qmp_messages::RequestId;
use serde_json::Error;
use serde_json::value::RawValue;

use super::token::string_length;
use super::value::{CheckedString, CheckedValue};

/// Checks an `id` and puts it on one line of ASCII: `", "` and `": "` between items, strings in their
/// shortest escapes, numbers exactly as they are.
///
/// # Errors
/// When the value can't be represented: then it must not be echoed.
pub(crate) fn request_id(raw: &RawValue) -> Result<RequestId, Error> {
    serde_json::from_str::<CheckedValue>(raw.get())?;
    let mut out = String::with_capacity(raw.get().len());
    let mut rest = raw.get();
    while let Some(char) = rest.chars().next() {
        let length = if char == '"' { string_length(rest.as_bytes()) } else { char.len_utf8() };
        let (token, tail) = rest.split_at(length);
        match char {
            '"' => push_string(&serde_json::from_str::<CheckedString>(token)?.0, &mut out),
            ' ' | '\t' | '\r' | '\n' => {}
            ',' => out.push_str(", "),
            ':' => out.push_str(": "),
            _ => out.push_str(token),
        }
        rest = tail;
    }
    Ok(RequestId::from_normalised(out.into()))
}

fn push_string(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(char),
            _ => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
        }
    }
    out.push('"');
}
