//! What comes on one session: numbered events, none missing, none out of order, and replies between them.

use memchr::memchr;

use crate::{Failure, Outcome};

const EVENT: &[u8] = b"{\"timestamp\": {";
const BEFORE_NUMBER: &[u8] = b"\"event\": \"TICK\", \"data\": {\"number\": ";
const END: &[u8] = b"}}\r\n";
const REPLY: &[u8] = b"{\"return\": {}, ";

/// The stream of one session, so far.
#[derive(Debug, Default)]
pub(in crate::bench) struct Ticks {
    /// The number that the next event must have, which is how many have come.
    pub(in crate::bench) next: u64,
    /// Replies that have come.
    pub(in crate::bench) replies: u64,
    /// The start of a line whose end has not come.
    pending: Vec<u8>,
}

impl Ticks {
    /// Looks at what has come.
    ///
    /// # Errors
    /// If an event is not the next one, or a line is neither that nor a successful reply.
    pub(in crate::bench) fn take(&mut self, mut bytes: &[u8]) -> Outcome {
        if !self.pending.is_empty() {
            let Some(end) = memchr(b'\n', bytes) else {
                self.pending.extend_from_slice(bytes);
                return Ok(());
            };
            let (first, rest) = bytes.split_at(end + 1);
            self.pending.extend_from_slice(first);
            let line = std::mem::take(&mut self.pending);
            self.line(&line)?;
            bytes = rest;
        }
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end + 1);
            self.line(line)?;
            bytes = rest;
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Outcome {
        if line.starts_with(EVENT) {
            if number(line) != Some(self.next) {
                let line = String::from_utf8_lossy(line);
                return Err(Failure::new(format!("event {} was due, not: {}", self.next, line.trim_end())));
            }
            self.next += 1;
            return Ok(());
        }
        if line.starts_with(REPLY) {
            self.replies += 1;
            return Ok(());
        }
        Err(Failure::new(format!("unexpected: {}", String::from_utf8_lossy(line).trim_end())))
    }
}

/// The number of an event.
fn number(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(END)?;
    let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = line.split_at(line.len() - digits);
    if !before.ends_with(BEFORE_NUMBER) || digits.is_empty() || digits.len() > 19 {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64) -> String {
        format!(
            "{{\"timestamp\": {{\"seconds\": 1, \"microseconds\": 2}}, \"event\": \"TICK\", \
             \"data\": {{\"number\": {number}}}}}\r\n"
        )
    }

    #[test]
    fn events_in_order_are_counted_however_they_are_cut() {
        let text = [event(0), "{\"return\": {}, \"id\": 1}\r\n".to_owned(), event(1), event(2)].concat();
        for size in [1, 7, 100, text.len()] {
            let mut ticks = Ticks::default();
            text.as_bytes().chunks(size).for_each(|chunk| ticks.take(chunk).unwrap());
            assert_eq!((ticks.next, ticks.replies), (3, 1), "{size}");
            assert!(ticks.pending.is_empty());
        }
    }

    #[test]
    fn events_that_are_missing_repeated_or_other_ones_are_an_error() {
        let refused = |text: &str| Ticks { next: 5, ..Ticks::default() }.take(text.as_bytes()).is_err();
        assert!(!refused(&event(5)));
        assert!(refused(&event(6)));
        assert!(refused(&event(4)));
        assert!(refused(&event(5).replace("TICK", "TOCK")));
        assert!(refused(&event(5).replace("5}}", "}}")));
        assert!(refused("{\"error\": {}}\r\n"));
    }
}
