//! Parser → queue: a session's in-band requests, in the order they came.
//!
//! Bound: one request. After handing one in, the parser waits for [`crate::QueueToParser::ResumeInput`]
//! that names it.

use actix::Message;

use crate::{InBandRequest, SessionKey};

/// Whether a session may use out-of-band execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oob {
    /// Not negotiated: one command at a time.
    Disabled,
    /// Negotiated.
    Enabled,
}

/// What the parser tells the queue.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum ParserToQueue {
    /// A session began; it has no capabilities yet.
    SessionStarted {
        /// The session.
        session: SessionKey,
    },
    /// Negotiation ended; requests follow.
    CapabilitiesNegotiated {
        /// The session.
        session: SessionKey,
        /// What was negotiated.
        oob: Oob,
    },
    /// An in-band request, well-formed or not.
    RequestParsed(InBandRequest),
    /// The client sends no more: once all is answered the session is finished.
    InputEnded {
        /// The session.
        session: SessionKey,
    },
    /// The session is over; what waits is dropped unexecuted.
    SessionEnded {
        /// The session.
        session: SessionKey,
    },
    /// The monitor was taken down; nothing follows.
    MonitorClosed,
}
