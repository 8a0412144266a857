//! Responder → queue: answers that went out, and output that doesn't.
//!
//! Bound: one message per turn of the responder in which there were answers, and one per change of the output backlog.

use actix::Message;

use crate::SessionKey;

/// What the responder tells a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum ResponderToQueue {
    /// Dispatched requests have their answers in the output.
    RequestsAnswered {
        /// The session.
        session: SessionKey,
        /// How many since this was last said; at least one.
        count: usize,
    },
    /// Too much output waits for the client: hold the input.
    OutputBacklogged {
        /// The session.
        session: SessionKey,
    },
    /// Half of it has drained: let go.
    OutputDrained {
        /// The session.
        session: SessionKey,
    },
}
