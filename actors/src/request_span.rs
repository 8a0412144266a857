//! The tracing span of one request, from the parser to the answer.

use std::time::Duration;

use actix_qmp_messages::RequestKey;
use tracing::Span;
use tracing::field::Empty;

/// Longer than the name of any command, in bytes.
const LONGEST_NAME: usize = 64;

/// Opens the span; `queue_length`, `waiting_us` and `running_us` are recorded where they become known.
pub(crate) fn request_span(key: RequestKey, command: &str, band: &'static str) -> Span {
    // A client may send any text as a name, of any length; what is longer than a name is none.
    let command = if command.len() <= LONGEST_NAME { command } else { "(too long)" };
    tracing::debug_span!(
        "request",
        monitor = %key.session.monitor,
        session = %key.session.session,
        sequence = %key.sequence,
        command,
        band,
        queue_length = Empty,
        waiting_us = Empty,
        running_us = Empty,
    )
}

/// A duration as spans record it.
pub(crate) fn as_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
