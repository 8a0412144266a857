//! Responder → chardev frontend: bytes for the client, and the end of a session.
//!
//! Bound: [`WRITE_WINDOW`] messages with bytes. The frontend gives room back with
//! [`crate::FrontendToResponder`]; until then output collects in the responder, which counts it.

use std::fmt;

use actix::Message;

use crate::SessionKey;

/// Messages with bytes that the frontend has not written yet.
pub const WRITE_WINDOW: usize = 32;

/// What the responder tells the frontend.
#[derive(Message)]
#[rtype(result = "()")]
pub enum ResponderToFrontend {
    /// Bytes for the client: whole messages.
    WriteOutput {
        /// The session they are for; thrown away when it is over.
        session: SessionKey,
        /// At least one byte.
        bytes: Vec<u8>,
    },
    /// Read no more, and close once all output before this is out.
    FinishSession {
        /// The session.
        session: SessionKey,
    },
    /// Close at once; output that waits is lost.
    AbortSession {
        /// The session.
        session: SessionKey,
    },
}

impl fmt::Debug for ResponderToFrontend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WriteOutput { session, bytes } => write!(f, "WriteOutput({session:?}, {} bytes)", bytes.len()),
            Self::FinishSession { session } => write!(f, "FinishSession({session:?})"),
            Self::AbortSession { session } => write!(f, "AbortSession({session:?})"),
        }
    }
}
