//! Dispatcher → responder: how a command ended.
//!
//! Bound: one message per request taken. Events pass through the same mailbox (see
//! [`crate::EmitterToResponder`]), which is what keeps an event in front of the reply it belongs to.

use actix::Message;

use crate::{Outcome, RequestId, RequestKey};

/// What the dispatcher tells the responder.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum DispatcherToResponder {
    /// A command ended.
    CommandFinished {
        /// Session and place.
        request: RequestKey,
        /// The client's `id`.
        id: Option<RequestId>,
        /// Its result.
        outcome: Outcome,
    },
}
