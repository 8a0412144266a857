//! Chardev frontend → parser: a client's connection and its bytes, in the order they came.
//!
//! Bound: [`READ_WINDOW`]. The parser gives room back with [`crate::ParserToFrontend`].

use actix::Message;
use bytes::Bytes;

use crate::SessionKey;

/// How far the frontend may read ahead of the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadWindow {
    /// Messages with bytes that the parser has not received yet.
    pub chunks: usize,
    /// Bytes that the parser has not looked at yet.
    pub bytes: usize,
}

/// The window of every session.
pub const READ_WINDOW: ReadWindow = ReadWindow { chunks: 16, bytes: 64 * 1024 };

/// What the frontend tells the parser.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum FrontendToParser {
    /// A client connected.
    SessionOpened {
        /// The new session.
        session: SessionKey,
        /// Who it is, for people: `unix:pid=4711,uid=1000,gid=1000`, `tcp:127.0.0.1:53412`.
        peer: String,
    },
    /// Bytes came from the client.
    BytesReceived {
        /// The session they belong to.
        session: SessionKey,
        /// At least one byte.
        bytes: Bytes,
    },
    /// The client will send no more (half-close); it still reads.
    InputEnded {
        /// The session.
        session: SessionKey,
    },
    /// The connection is gone in both directions.
    SessionClosed {
        /// The session.
        session: SessionKey,
    },
    /// The monitor was taken down; nothing follows.
    MonitorClosed,
}
