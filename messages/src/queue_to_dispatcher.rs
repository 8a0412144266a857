//! Queue → dispatcher: requests whose turn may come; many queues, one dispatcher.
//!
//! Bound: [`DISPATCH_WINDOW`] requests of each monitor that the dispatcher has not taken yet, over all its sessions.

use std::fmt;

use actix::Message;

use crate::{MonitorId, PreparedCommand, RequestId, RequestKey, SessionKey};

/// Requests of one monitor that may lie untaken in the dispatcher.
pub const DISPATCH_WINDOW: usize = 8;

/// An in-band request that can run.
pub struct ReadyRequest {
    /// Session and place.
    pub key: RequestKey,
    /// The client's `id`.
    pub id: Option<RequestId>,
    /// What to run.
    pub command: PreparedCommand,
    /// The request's tracing span.
    pub span: tracing::Span,
    /// When the parser handed it over.
    pub parsed_at: std::time::Instant,
}

impl fmt::Debug for ReadyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, id, command, .. } = self;
        f.debug_struct("ReadyRequest")
            .field("key", key)
            .field("id", id)
            .field("command", command)
            .finish_non_exhaustive()
    }
}

/// What a queue tells the dispatcher.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum QueueToDispatcher {
    /// This request is next of its monitor.
    RequestReady(ReadyRequest),
    /// The session ended: what of it has not started never will.
    DiscardSession {
        /// The session.
        session: SessionKey,
    },
    /// The monitor was taken down; nothing follows.
    MonitorClosed {
        /// The monitor.
        monitor: MonitorId,
    },
}
