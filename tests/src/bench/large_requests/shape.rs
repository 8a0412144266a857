//! What large requests are made of.

use super::text::{Layout, Quotes, Writer};

/// What the arguments of a large request look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One string of ASCII without an escape: a blob in base64.
    LongString,
    /// One string with letters beyond ASCII, quotes, backslashes and `\u` escapes.
    EscapedString,
    /// Integers of 1 to 13 digits.
    Integers,
    /// Strings of about 10 bytes.
    ShortStrings,
    /// Objects of three members.
    SmallObjects,
    /// Block nodes as `blockdev-add` has them: objects in objects, every kind of value.
    BlockNodes,
}

impl Shape {
    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        Self::LongString,
        Self::EscapedString,
        Self::Integers,
        Self::ShortStrings,
        Self::SmallObjects,
        Self::BlockNodes,
    ];

    /// How it is called in the tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LongString => "one ASCII string",
            Self::EscapedString => "one string, non-ASCII and escapes",
            Self::Integers => "array of integers",
            Self::ShortStrings => "array of short strings",
            Self::SmallObjects => "array of small objects",
            Self::BlockNodes => "nested block nodes",
        }
    }

    /// A request of about this many bytes. A value may have 2 Mi tokens: what would have more is indented, as many
    /// programs write it, so that it has the bytes all the same.
    pub(super) fn request(self, bytes: usize, quotes: Quotes) -> String {
        let is_string = matches!(self, Self::LongString | Self::EscapedString);
        let layout = if bytes > DENSE_AT_MOST && !is_string { Layout::Indented } else { Layout::OneLine };
        let mut out = Writer::new(quotes, layout, bytes);
        out.open('{');
        out.member("execute").string("x-bench");
        out.member("arguments").open('{');
        out.member("value");
        if is_string {
            out.begin_string();
            fill(&mut out, bytes, |out, number| self.piece_of_string(out, number));
            out.end_string();
        } else {
            out.open('[');
            fill(&mut out, bytes, |out, number| {
                out.element();
                self.piece_of_array(out, number);
            });
            out.close(']');
        }
        out.close('}');
        out.close('}');
        out.into_text()
    }

    fn piece_of_string(self, out: &mut Writer, number: u64) {
        let mixed = mixed(number);
        match self {
            Self::EscapedString if mixed.is_multiple_of(4) => {
                out.characters("Größe «Ä» 日本語: \"it's\" C:\\vm\\disk\n");
                out.escape_code_unit(0xe9 + (mixed >> 8) % 64);
            }
            Self::EscapedString => out.characters("naïve text with a few words, mostly plain ones; "),
            Self::LongString | Self::Integers | Self::ShortStrings | Self::SmallObjects | Self::BlockNodes => {
                let letter = |place: u32| {
                    let index = (mixed >> (6 * place)) as usize % BASE64.len();
                    char::from(BASE64[index])
                };
                out.characters(&(0..8).map(letter).collect::<String>());
            }
        }
    }

    fn piece_of_array(self, out: &mut Writer, number: u64) {
        match self {
            Self::Integers => out.plain(&(mixed(number) % 10_u64.pow(1 + (number % 13) as u32)).to_string()),
            Self::ShortStrings => out.string(&format!("drive-{}", mixed(number) % 10_000)),
            Self::SmallObjects => {
                out.open('{');
                out.member("node-name").string(&format!("drive{}", number % 100));
                out.member("offset").plain(&(mixed(number) % 100_000).to_string());
                out.member("ro").plain(if number.is_multiple_of(3) { "false" } else { "true" });
                out.close('}');
            }
            Self::BlockNodes | Self::LongString | Self::EscapedString => block_node(out, number),
        }
    }
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What closes a request, in bytes.
const CLOSING: usize = 4;

/// At most 4 bytes a token: 2 Mi tokens are not reached.
const DENSE_AT_MOST: usize = 4 << 20;

/// Writes pieces until it is long enough.
fn fill(out: &mut Writer, bytes: usize, mut piece: impl FnMut(&mut Writer, u64)) {
    let mut number = 0;
    while out.double_length() + CLOSING < bytes {
        piece(out, number);
        number += 1;
    }
}

fn block_node(out: &mut Writer, number: u64) {
    out.open('{');
    out.member("driver").string("qcow2");
    out.member("node-name").string(&format!("disk{number}"));
    out.member("read-only").plain("false");
    out.member("cache").open('{');
    out.member("direct").plain("true");
    out.member("no-flush").plain("false");
    out.close('}');
    out.member("file").open('{');
    out.member("driver").string("file");
    out.member("filename").string(&format!("/var/lib/machines/größe-{}/disk{number}.qcow2", mixed(number) % 1000));
    out.member("aio").string("native");
    out.member("offset").plain(&(mixed(number) % (1 << 40)).to_string());
    out.close('}');
    out.member("backing").plain("null");
    out.member("throttle").plain(&format!("{}.{}", number % 90, 25 + number % 50));
    out.member("tags").open('[');
    for tag in 0..number % 4 {
        out.element();
        out.string(&format!("tag\"{tag}\""));
    }
    out.close(']');
    out.close('}');
}

/// Numbers that look random and are the same in every run.
fn mixed(number: u64) -> u64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 8
}

#[cfg(test)]
mod tests {
    use actix_qmp::test_support::parse_stream;
    use bytes::Bytes;
    use serde_json::Value;

    use super::*;

    #[test]
    fn requests_have_the_bytes_asked_for_and_both_quotes_mean_the_same() {
        for shape in Shape::ALL {
            for bytes in [1 << 10, 64 << 10, DENSE_AT_MOST + 1] {
                let double = shape.request(bytes, Quotes::Double);
                assert!((bytes..bytes + 1000).contains(&double.len()), "{shape:?}: {} for {bytes}", double.len());
                let expected: Value = serde_json::from_str(&double).unwrap();
                assert!(expected["arguments"]["value"].is_array() || expected["arguments"]["value"].is_string());
                let single = parse_stream([Bytes::from(shape.request(bytes, Quotes::Single))]);
                let arguments = single.into_iter().next().unwrap().unwrap().take_all();
                assert_eq!(expected["arguments"].as_object(), Some(&arguments));
            }
        }
    }
}
