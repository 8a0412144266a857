//! Dispatcher → queue: a waiting request became a running one.
//!
//! Bound: one message per request handed over, so [`crate::DISPATCH_WINDOW`].

use actix::Message;

use crate::RequestKey;

/// What the dispatcher tells a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum DispatcherToQueue {
    /// The request was taken out: it runs now, or was thrown away with its session.
    RequestTaken {
        /// Which.
        request: RequestKey,
    },
}
