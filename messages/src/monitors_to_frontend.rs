//! Embedder → chardev frontend: the end of a monitor.
//!
//! Bound: one message in a monitor's life.

use std::time::Duration;

use actix::Message;

/// What the embedder's handle tells a frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum MonitorsToFrontend {
    /// Accept nobody any more, and end once the session that is there has been finished by the responder.
    Close {
        /// How long that may take; a client that doesn't read is cut off then.
        within: Duration,
    },
}
