//! Chardev frontend → responder: output that the client has taken.
//!
//! Bound: sent once per quarter of the output limit or half of the write window, whichever comes first, and whenever
//! output that had to wait has all gone out.

use actix::Message;

use crate::SessionKey;

/// What the frontend tells the responder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum FrontendToResponder {
    /// Output went out to the chardev.
    OutputWritten {
        /// The session.
        session: SessionKey,
        /// Messages wholly written since the last time.
        writes: usize,
        /// Their bytes.
        bytes: usize,
    },
}
