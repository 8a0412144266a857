//! What a line must be.

use crate::{Failure, Outcome};

/// Both monitors write their events in one way.
pub(super) fn is_event(line: &[u8], names: &[&str]) -> bool {
    let line = String::from_utf8_lossy(line);
    names.iter().any(|name| line.contains(&format!("\"event\": \"{name}\"")))
}

/// Says whether a line is what was asked for. Looks at its start only.
pub type LineCheck = fn(&[u8]) -> Outcome;

/// An echo answers with anything.
///
/// # Errors
/// Never.
pub fn expect_anything(_line: &[u8]) -> Outcome {
    Ok(())
}

/// A command must have succeeded; a COMMAND_DROPPED or an error spoils the figure.
///
/// # Errors
/// If it did not.
pub fn expect_return(line: &[u8]) -> Outcome {
    expect_start(line, b"{\"return\":")
}

/// A monitor speaks first.
///
/// # Errors
/// If it says something else.
pub fn expect_greeting(line: &[u8]) -> Outcome {
    expect_start(line, b"{\"QMP\":")
}

fn expect_start(line: &[u8], start: &[u8]) -> Outcome {
    if line.starts_with(start) {
        return Ok(());
    }
    Err(Failure::new(format!("unexpected: {}", String::from_utf8_lossy(line).trim_end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_of_these_names_are_passed_over() {
        let line = b"{\"timestamp\": {\"seconds\": 1}, \"event\": \"DUMP_COMPLETED\", \"data\": {}}\r\n";
        assert!(is_event(line, &["STOP", "DUMP_COMPLETED"]));
        assert!(!is_event(line, &["STOP"]));
        assert!(!is_event(b"{\"return\": {}}\r\n", &["STOP"]));
        assert!(!is_event(line, &[]));
    }
}
