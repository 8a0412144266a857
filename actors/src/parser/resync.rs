//! After a mistake: what to swallow until the next request can begin.
//!
//! A mistake inside a value leaves its rest behind, and the rest is no new mistake. But the rest may
//! never come: the next byte can already be the next request. So brackets that the mistake left open
//! are *owed*: their closers are swallowed in silence. A `{` begins a request where nothing before it
//! on its line says that it is a member's or an element's value. That is also what keeps an object
//! *inside* a damaged request from being executed as a request of its own.
//!
//! After a mistake outside of any value (a word that someone typed), a line's end is enough.

/// How the swallowing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resync {
    origin: Origin,
    /// Brackets whose closers may still come.
    owed: usize,
    /// The last byte that was no white space.
    previous: u8,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Line,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    WithinLine,
}

/// What came of a piece of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All of it was swallowed.
    Swallowing,
    /// The next byte, if any, is at the start of fresh input.
    Fresh,
}

/// Brackets owed beyond this nobody counts: no value could have had them.
const MOST_OWED: usize = usize::MAX / 2;

impl Resync {
    /// After a mistake outside of any value: until `{`, or the line's end.
    pub(crate) fn line() -> Self {
        Self { origin: Origin::Line, owed: 0, previous: 0, place: Place::WithinLine }
    }

    /// After a mistake within a value that leaves `owed` brackets open.
    pub(crate) fn value(owed: usize) -> Self {
        Self { origin: Origin::Value, owed, previous: 0, place: Place::WithinLine }
    }

    /// Swallows. Returns how many bytes.
    pub(crate) fn run(&mut self, bytes: &[u8], max_depth: usize) -> (usize, Progress) {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'{' if self.begins_request(max_depth) => return (at, Progress::Fresh),
                b'\n' if self.owed == 0 => return (at + 1, Progress::Fresh),
                0xff => *self = Self::line(),
                _ => self.swallow(byte),
            }
        }
        (bytes.len(), Progress::Swallowing)
    }

    fn begins_request(&self, max_depth: usize) -> bool {
        match (self.origin, self.place) {
            (Origin::Line, Place::LineStart | Place::WithinLine) | (Origin::Value, Place::LineStart) => true,
            (Origin::Value, Place::WithinLine) => match self.previous {
                // More brackets than a value can have: a flood, and what follows it is no element of it.
                b'[' => self.owed > max_depth,
                b':' | b',' | b'"' | b'\'' => false,
                _ => true,
            },
        }
    }

    fn swallow(&mut self, byte: u8) {
        self.place = if byte == b'\n' { Place::LineStart } else { Place::WithinLine };
        match byte {
            b'{' | b'[' if self.origin == Origin::Value => self.owed = (self.owed + 1).min(MOST_OWED),
            b'}' | b']' => self.owed = self.owed.saturating_sub(1),
            _ => {}
        }
        if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            self.previous = byte;
        }
    }
}
