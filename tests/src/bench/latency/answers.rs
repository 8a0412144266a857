//! Which requests have been answered, each exactly once.

use memchr::memmem;

use crate::{Failure, Outcome};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was executed.
    Returned,
    /// It was dropped, because as many waited as may.
    Dropped,
}

/// The requests of one slice, numbered from 0; the number is the `id`.
#[derive(Debug)]
pub(super) struct Answers {
    fates: Vec<Option<Fate>>,
    /// How many have none yet.
    pub(super) missing: usize,
    /// How many were dropped.
    pub(super) dropped: u64,
}

impl Answers {
    pub(super) fn to(requests: usize) -> Self {
        Self { fates: vec![None; requests], missing: requests, dropped: 0 }
    }

    /// Takes a line in, and tells what became of which request; nothing, if it is an event about something else.
    ///
    /// # Errors
    /// If it is an error, or an answer to nothing or to what was answered already.
    pub(super) fn take(&mut self, line: &[u8]) -> Outcome<Option<(usize, Fate)>> {
        let fate = if line.starts_with(b"{\"return\":") {
            Fate::Returned
        } else if memmem::find(line, b"\"event\": \"COMMAND_DROPPED\"").is_some() {
            Fate::Dropped
        } else if line.starts_with(b"{\"timestamp\":") {
            return Ok(None);
        } else {
            return Err(unexpected(line));
        };
        let id = id(line).ok_or_else(|| unexpected(line))?;
        match self.fates.get_mut(id) {
            Some(none @ None) => *none = Some(fate),
            Some(Some(_)) => return Err(Failure::new(format!("request {id} was answered twice"))),
            None => return Err(unexpected(line)),
        }
        self.missing -= 1;
        self.dropped += u64::from(fate == Fate::Dropped);
        Ok(Some((id, fate)))
    }
}

fn unexpected(line: &[u8]) -> Failure {
    Failure::new(format!("unexpected: {}", String::from_utf8_lossy(line).trim_end()))
}

/// The last `id` in a line.
fn id(line: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"\"id\": ";
    let digits = line.get(memmem::rfind(line, NAME)? + NAME.len()..)?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DROPPED: &[u8] = b"{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"COMMAND_DROPPED\", \
        \"data\": {\"id\": 1, \"reason\": \"queue-full\"}}\r\n";

    #[test]
    fn every_request_is_answered_or_dropped_once() {
        let mut answers = Answers::to(2);
        assert_eq!(answers.take(DROPPED).unwrap(), Some((1, Fate::Dropped)));
        assert_eq!(answers.take(b"{\"timestamp\": {}, \"event\": \"STOP\"}\r\n").unwrap(), None);
        assert_eq!((answers.missing, answers.dropped), (1, 1));
        assert!(answers.take(DROPPED).is_err(), "twice");
        assert!(answers.take(b"{\"return\": {\"running\": true}, \"id\": 2}\r\n").is_err(), "to nothing");
        assert!(answers.take(b"{\"return\": {}}\r\n").is_err(), "without an id");
        assert!(answers.take(b"{\"id\": 0, \"error\": {}}\r\n").is_err());
        assert_eq!(answers.take(b"{\"return\": {\"id\": 5}, \"id\": 0}\r\n").unwrap(), Some((0, Fate::Returned)));
        assert_eq!(answers.missing, 0);
    }
}
