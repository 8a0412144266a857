//! Parser → chardev frontend: room to read on.
//!
//! Bound: one message per half window, so two are under way at most.

use actix::Message;

use crate::SessionKey;

/// What the parser tells the frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum ParserToFrontend {
    /// Gives room back in the read window (see [`crate::READ_WINDOW`]).
    InputTaken {
        /// The session.
        session: SessionKey,
        /// Messages received since the last time.
        chunks: usize,
        /// Bytes looked at since the last time.
        bytes: usize,
    },
}
