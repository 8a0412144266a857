//! Embedder → queue: hold a monitor's input for a while.
//!
//! Bound: one message per guard taken and one per guard dropped.

use actix::Message;

/// A guard of the embedder, unique in the monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HoldId(pub u64);

/// What the embedder tells a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum EmbedderToQueue {
    /// Suspend the monitor.
    HoldInput {
        /// Names the guard.
        hold: HoldId,
    },
    /// The guard was dropped.
    ReleaseInput {
        /// Names the guard.
        hold: HoldId,
    },
}
