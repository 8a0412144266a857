//! The tracing span of one request, from the parser to the answer.

use std::time::Duration;

use actix_qmp_messages::RequestKey;
use tracing::Span;
use tracing::field::Empty;

/// Opens the span; `queue_length`, `waiting_us` and `running_us` are recorded where they become known.
pub(crate) fn request_span(key: RequestKey, command: &str, band: &'static str) -> Span {
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
