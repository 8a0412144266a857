//! The `id` of a request, made ready to go back: on one line of ASCII, `", "` and `": "` between items, strings in their
//! shortest escapes, numbers exactly as they are.

use actix_qmp_messages::RequestId;

const HEX_DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

/// An `id` that is read, token by token.
#[derive(Debug, Default)]
pub(crate) struct Echo {
    out: String,
}

impl Echo {
    /// One of `{}[],:`.
    pub(crate) fn punctuation(&mut self, mark: u8) {
        self.out.push(char::from(mark));
        if matches!(mark, b',' | b':') {
            self.out.push(' ');
        }
    }

    /// A number or a keyword.
    pub(crate) fn word(&mut self, word: &[u8]) {
        self.make_room(word.len());
        self.out.extend(word.iter().copied().map(char::from));
    }

    /// A string.
    pub(crate) fn string(&mut self, text: &str) {
        self.make_room(text.len() + 2);
        self.out.push('"');
        for char in text.chars() {
            self.character(char);
        }
        self.out.push('"');
    }

    /// The whole.
    pub(crate) fn into_id(self) -> RequestId {
        RequestId::from_normalised(self.out.into())
    }

    /// An `id` is a single token most of the time.
    fn make_room(&mut self, length: usize) {
        if self.out.is_empty() {
            self.out.reserve_exact(length);
        }
    }

    fn character(&mut self, char: char) {
        match char {
            '"' => self.out.push_str("\\\""),
            '\\' => self.out.push_str("\\\\"),
            '\u{8}' => self.out.push_str("\\b"),
            '\u{c}' => self.out.push_str("\\f"),
            '\n' => self.out.push_str("\\n"),
            '\r' => self.out.push_str("\\r"),
            '\t' => self.out.push_str("\\t"),
            ' '..='~' => self.out.push(char),
            _ => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    self.out.push_str("\\u");
                    let digits = [12, 8, 4, 0].map(|shift| HEX_DIGITS[usize::from(*unit >> shift & 0xf)]);
                    self.out.extend(digits);
                }
            }
        }
    }
}
