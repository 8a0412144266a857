//! JSON text in either kind of quotes, on one line or indented.

/// Which quotes strings have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// JSON's.
    Double,
    /// QMP's other ones.
    Single,
}

/// Where line ends stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Nowhere; a blank behind each separator.
    OneLine,
    /// Before each member and element, with four blanks a level.
    Indented,
}

/// Writes one value.
#[derive(Debug)]
pub(super) struct Writer {
    out: String,
    quote: char,
    layout: Layout,
    depth: usize,
    /// Nothing stands yet between the innermost brackets.
    first: bool,
    /// What the text would have more in double quotes than it has, less what it would have less.
    longer_in_double: isize,
}

impl Writer {
    /// An empty text that will have about so many bytes.
    pub(super) fn new(quotes: Quotes, layout: Layout, bytes: usize) -> Self {
        let quote = match quotes {
            Quotes::Double => '"',
            Quotes::Single => '\'',
        };
        Self {
            out: String::with_capacity(bytes + bytes / 16),
            quote,
            layout,
            depth: 0,
            first: true,
            longer_in_double: 0,
        }
    }

    /// Bytes that the same text has so far in double quotes.
    pub(super) fn double_length(&self) -> usize {
        self.out.len().saturating_add_signed(self.longer_in_double)
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Opens a bracket.
    pub(super) fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
        self.first = true;
    }

    /// Closes one.
    pub(super) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.first {
            self.line_end();
        }
        self.out.push(bracket);
        self.first = false;
    }

    /// Stands before the next element.
    pub(super) fn element(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push_str(if self.layout == Layout::OneLine { ", " } else { "," });
        }
        self.line_end();
    }

    /// Stands behind the name and the colon of the next member.
    pub(super) fn member(&mut self, name: &str) -> &mut Self {
        self.element();
        self.string(name);
        self.out.push_str(": ");
        self
    }

    /// A number or a keyword.
    pub(super) fn plain(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A string.
    pub(super) fn string(&mut self, text: &str) {
        self.begin_string();
        self.characters(text);
        self.end_string();
    }

    /// Opens a string.
    pub(super) fn begin_string(&mut self) {
        self.out.push(self.quote);
    }

    /// Closes it.
    pub(super) fn end_string(&mut self) {
        self.out.push(self.quote);
    }

    /// Part of a string's inside, escaped where it must be.
    pub(super) fn characters(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '\n' => self.out.push_str("\\n"),
                '\\' => self.out.push_str("\\\\"),
                _ if char == self.quote => {
                    self.out.extend(['\\', char]);
                    self.longer_in_double -= isize::from(char == '\'');
                }
                _ => {
                    self.out.push(char);
                    self.longer_in_double += isize::from(char == '"');
                }
            }
        }
    }

    /// A character of a string's inside by its number.
    pub(super) fn escape_code_unit(&mut self, unit: u64) {
        self.out.push_str(&format!("\\u{unit:04x}"));
    }

    fn line_end(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', 4 * self.depth));
        }
    }
}
