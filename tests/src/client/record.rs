//! What a client sent and received, in order: the text of a failure.

use std::fmt;

/// A line longer than this is shown with its middle left out.
const SHOWN_BYTES: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Sent,
    Received,
}

/// The conversation so far.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<(Direction, Vec<u8>)>);

impl Record {
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            // A request written in pieces is shown whole.
            Some((Direction::Sent, so_far)) => so_far.extend_from_slice(bytes),
            Some((Direction::Received, _)) | None => self.0.push((Direction::Sent, bytes.to_vec())),
        }
    }

    pub(super) fn received(&mut self, line: &[u8]) {
        self.0.push((Direction::Received, line.to_vec()));
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "--- the conversation ---")?;
        for (direction, bytes) in &self.0 {
            let arrow = match direction {
                Direction::Sent => "->",
                Direction::Received => "<-",
            };
            writeln!(f, "{arrow} {}", Shown(bytes))?;
        }
        Ok(())
    }
}

struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() <= SHOWN_BYTES {
            return write!(f, "{}", self.0.escape_ascii().to_string().replace("\\\"", "\""));
        }
        let (start, end) = (&self.0[..SHOWN_BYTES / 2], &self.0[self.0.len() - SHOWN_BYTES / 2..]);
        write!(f, "{} ... {} bytes in all ... {}", start.escape_ascii(), self.0.len(), end.escape_ascii())
    }
}
