//! Responder → queue: answers that went out, and output that doesn't.
//!
//! Bound: one message per answer, and one per change of the output backlog.

use actix::Message;

use crate::{RequestKey, SessionKey};

/// What the responder tells a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum ResponderToQueue {
    /// A dispatched request has its answer in the output.
    RequestAnswered {
        /// Which.
        request: RequestKey,
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
