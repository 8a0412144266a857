//! Embedder → queue: hold a monitor's input for a while.
//!
//! Bound: one message per guard taken and one per guard dropped, of [`HOLDS`] guards.

use std::fmt;
use std::sync::Arc;

use actix::Message;

/// Guards of one monitor at a time: those that are held, and those whose release is under way.
pub const HOLDS: usize = 64;

/// A guard of the embedder, unique in the monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HoldId(pub u64);

/// What the embedder tells a queue.
#[derive(Clone, Message)]
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
        /// Makes room for another guard when the queue has seen this.
        credit: Arc<dyn Send + Sync>,
    },
}

impl fmt::Debug for EmbedderToQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, hold) = match self {
            Self::HoldInput { hold } => ("HoldInput", hold),
            Self::ReleaseInput { hold, .. } => ("ReleaseInput", hold),
        };
        f.debug_struct(name).field("hold", hold).finish_non_exhaustive()
    }
}
