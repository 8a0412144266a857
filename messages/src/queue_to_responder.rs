//! Queue → responder: requests that end in the queue.
//!
//! Bound: one message per request judged.

use actix::Message;

use crate::{QmpError, RequestId, SessionKey};

/// What the queue tells the responder.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum QueueToResponder {
    /// A malformed request whose turn has come, or that found no room.
    RequestFailed {
        /// The session.
        session: SessionKey,
        /// The client's `id`, where one could be read.
        id: Option<RequestId>,
        /// What is wrong with it.
        error: QmpError,
    },
    /// A request found the queue full: tell its owner with `COMMAND_DROPPED`.
    CommandDropped {
        /// The session.
        session: SessionKey,
        /// The dropped request's `id`.
        id: Option<RequestId>,
    },
    /// The client sends no more and all is answered: close once the output is out.
    SessionFinished {
        /// The session.
        session: SessionKey,
    },
}
