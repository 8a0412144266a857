//! Queue → parser: when to stop and when to go on.
//!
//! Bound: one message per request judged, and one per change of the suspend counter.

use actix::Message;

use crate::{Sequence, SessionKey};

/// What the queue tells the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum QueueToParser {
    /// Parse nothing until told otherwise: somebody holds the input.
    SuspendInput {
        /// The session.
        session: SessionKey,
    },
    /// Nobody holds the input: go on, also with bytes that are there already.
    ResumeInput {
        /// The session.
        session: SessionKey,
        /// The last request that the queue has judged. The parser goes on only if this is the last one it
        /// handed in; otherwise the message crossed a newer request, whose own answer will follow.
        judged: Sequence,
    },
}
