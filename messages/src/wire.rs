//! Values as JSON text on the wire: strict ASCII, compact or pretty.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// How a monitor writes its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// One message on one line; what every client expects.
    #[default]
    Compact,
    /// Indented by four spaces, for people (`pretty=on`).
    Pretty,
}

/// A value that goes out on the wire: a command's return or an event's data.
///
/// Every `Serialize` type is one. It crosses threads as a box and is turned into text by the
/// responder, so that no handler's thread pays for it.
pub trait WireValue: 'static {
    /// Appends the value as JSON text; `depth` is the nesting of the place it stands at (for indentation).
    ///
    /// # Errors
    /// When the value's own `Serialize` fails. What was appended by then is the caller's to remove.
    fn write(&self, style: Style, depth: usize, out: &mut Vec<u8>) -> serde_json::Result<()>;

    /// The value as a tree.
    ///
    /// # Errors
    /// When the value's own `Serialize` fails.
    fn to_value(&self) -> serde_json::Result<Value>;
}

impl<T: Serialize + 'static> WireValue for T {
    fn write(&self, style: Style, depth: usize, out: &mut Vec<u8>) -> serde_json::Result<()> {
        write_json(self, style, depth, out)
    }

    fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
}

/// Appends `value` to `out` as ASCII JSON text.
///
/// # Errors
/// When the value's own `Serialize` fails.
pub fn write_json<T: Serialize + ?Sized>(
    value: &T,
    style: Style,
    depth: usize,
    out: &mut Vec<u8>,
) -> serde_json::Result<()> {
    let writer = out;
    match style {
        Style::Compact => value.serialize(&mut Serializer::with_formatter(writer, CompactAscii)),
        Style::Pretty => {
            let pretty = PrettyAscii { depth, has_items: false };
            value.serialize(&mut Serializer::with_formatter(writer, pretty))
        }
    }
}

/// One line, `", "` and `": "` between items, as the reference implementation writes it.
struct CompactAscii;

impl Formatter for CompactAscii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_ascii(writer, fragment)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// Four spaces per level.
struct PrettyAscii {
    depth: usize,
    has_items: bool,
}

impl PrettyAscii {
    fn open<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_items = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_items {
            self.new_line(writer)?;
        }
        self.has_items = true;
        writer.write_all(bracket)
    }

    fn new_item<W: ?Sized + io::Write>(&mut self, writer: &mut W, separator: &[u8]) -> io::Result<()> {
        writer.write_all(separator)?;
        self.has_items = true;
        self.new_line(writer)
    }

    fn new_line<W: ?Sized + io::Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"    "))
    }
}

impl Formatter for PrettyAscii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_ascii(writer, fragment)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.new_item(writer, if first { b"" } else { b"," })
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.new_item(writer, if first { b"" } else { b"," })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    /// JSON text that was made elsewhere: its tokens stay as they are, so that no number changes.
    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(&indented(fragment, self.depth))
    }
}

/// JSON text, indented as at nesting `depth`.
fn indented(text: &str, depth: usize) -> Vec<u8> {
    let (mut depth, mut out) = (depth, Vec::with_capacity(2 * text.len()));
    let new_line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.resize(out.len() + 4 * depth, b' ');
    };
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                out.push(byte);
                copy_string(&mut bytes, &mut out);
            }
            b'{' | b'[' => {
                out.push(byte);
                while bytes.next_if(u8::is_ascii_whitespace).is_some() {}
                if let Some(closing) = bytes.next_if(|next| matches!(next, b'}' | b']')) {
                    out.push(closing);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                new_line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => out.push(byte),
        }
    }
    out
}

/// Copies a string behind its opening quote, the closing one too.
fn copy_string(bytes: &mut impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    while let Some(byte) = bytes.next() {
        out.push(byte);
        match byte {
            b'"' => return,
            b'\\' => out.extend(bytes.next()),
            _ => {}
        }
    }
}

/// Text inside a JSON string; everything beyond ASCII, and DEL, as `\u` escapes, pairs for astral code points.
fn write_ascii<W: ?Sized + io::Write>(writer: &mut W, text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte >= 0x7f) {
        let (plain, tail) = rest.split_at(at);
        writer.write_all(plain.as_bytes())?;
        let mut chars = tail.chars();
        if let Some(escaped) = chars.next() {
            for unit in escaped.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04X}")?;
            }
        }
        rest = chars.as_str();
    }
    writer.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &Value, style: Style) -> String {
        let mut out = Vec::new();
        write_json(value, style, 0, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn compact_is_one_ascii_line() {
        let text = written(&json!({"a": [1, "é😀\u{7f}\n"], "b": {}}), Style::Compact);
        assert_eq!(text, r#"{"a": [1, "\u00E9\uD83D\uDE00\u007F\n"], "b": {}}"#);
    }

    #[test]
    fn pretty_indents_by_four_and_keeps_empty_containers_closed() {
        let text = written(&json!({"a": [1, []], "b": {}}), Style::Pretty);
        assert_eq!(text, "{\n    \"a\": [\n        1,\n        []\n    ],\n    \"b\": {}\n}");
    }

    #[test]
    fn text_that_is_json_already_is_indented_like_a_value_and_its_numbers_stay() {
        let value = json!({"a": [1, {}, [], "x: {,\\"], "b": {"c": [null]}});
        let raw = serde_json::value::RawValue::from_string(value.to_string()).unwrap();
        let mut out = Vec::new();
        write_json(&[&*raw], Style::Pretty, 1, &mut out).unwrap();
        let mut expected = Vec::new();
        write_json(&[&value], Style::Pretty, 1, &mut expected).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8(expected).unwrap());
        assert_eq!(indented(r#"[1.50,1e400]"#, 0), b"[\n    1.50,\n    1e400\n]");
    }

    #[test]
    fn both_styles_read_back_as_the_same_value() {
        let value = json!({"ü": ["\u{10FFFF}", null, -1.5, {"x": [[]]}], "": true});
        for style in [Style::Compact, Style::Pretty] {
            let text = written(&value, style);
            assert!(text.is_ascii());
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }
}
