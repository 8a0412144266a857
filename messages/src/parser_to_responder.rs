//! Parser → responder: what the parser answers itself.
//!
//! Bound: the parser handles one request per turn, and the responder's turn comes before its next.

use actix::Message;

use crate::{Outcome, QmpError, RequestId, SessionKey};

/// What the parser tells the responder.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum ParserToResponder {
    /// A session began: greet the client.
    SessionStarted {
        /// The session.
        session: SessionKey,
        /// Who it is, for logs.
        peer: String,
    },
    /// `qmp_capabilities` succeeded: answer it, then events may flow.
    CapabilitiesNegotiated {
        /// The session.
        session: SessionKey,
        /// The client's `id`.
        id: Option<RequestId>,
    },
    /// A request that never reached a queue: refused during negotiation, or out-of-band where it may not be.
    RequestRefused {
        /// The session.
        session: SessionKey,
        /// The client's `id`, where one could be read.
        id: Option<RequestId>,
        /// Why.
        error: QmpError,
    },
    /// An out-of-band command ended.
    OobFinished {
        /// The session.
        session: SessionKey,
        /// The client's `id`.
        id: Option<RequestId>,
        /// Its result.
        outcome: Outcome,
    },
    /// The session is over: throw away what is still addressed to it.
    SessionEnded {
        /// The session.
        session: SessionKey,
    },
    /// The monitor was taken down; nothing follows.
    MonitorClosed {
        /// The monitor.
        monitor: crate::MonitorId,
    },
}
