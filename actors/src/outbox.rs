//! The sending end of an edge.
//!
//! Every edge is bounded by what its receiver has granted, so a mailbox is never full by a client's doing. Should it
//! be full all the same, nothing is lost: the message is kept, in order, and goes out next turn.

use std::any::type_name;
use std::collections::VecDeque;
use std::fmt::Debug;
use std::task;

use actix::Message;
use actix::Recipient;
use actix::prelude::SendError;

/// A recipient that loses nothing.
pub(crate) struct Outbox<M>
where
    M: Message + Send + Debug,
    M::Result: Send,
{
    recipient: Recipient<M>,
    kept: VecDeque<M>,
}

impl<M> Outbox<M>
where
    M: Message + Send + Debug,
    M::Result: Send,
{
    pub(crate) fn new(recipient: Recipient<M>) -> Self {
        Self { recipient, kept: VecDeque::new() }
    }

    /// Sends, or keeps for the next turn. A receiver that is gone needs nothing: its monitor is being taken down.
    pub(crate) fn send(&mut self, message: M) -> Flushed {
        // For the traces of the simulation. Elsewhere even a look that is not taken costs: a message must lie in memory for
        // it, which makes a twelfth of the instructions of a pipelined command.
        #[cfg(test)]
        tracing::trace!(edge = edge::<M>(), content = ?message, "actor_message");
        if self.kept.is_empty() {
            return self.try_send(message);
        }
        self.kept.push_back(message);
        Flushed::Held
    }

    /// Sends what was kept; if some still is, wakes the task so that there is a next turn.
    pub(crate) fn flush(&mut self, task: &task::Context<'_>) -> Flushed {
        while let Some(message) = self.kept.pop_front() {
            if self.try_send(message) == Flushed::Held {
                task.waker().wake_by_ref();
                return Flushed::Held;
            }
        }
        Flushed::All
    }

    fn try_send(&mut self, message: M) -> Flushed {
        match self.recipient.try_send(message) {
            Ok(()) => Flushed::All,
            Err(SendError::Full(message)) => {
                // At the front: flush took it from there, and send comes here only when nothing is kept.
                self.kept.push_front(message);
                Flushed::Held
            }
            Err(SendError::Closed(_)) => {
                tracing::debug!(edge = edge::<M>(), "receiver_gone");
                Flushed::All
            }
        }
    }
}

/// Name of an edge, as the messages' crate has it.
fn edge<M>() -> &'static str {
    type_name::<M>().rsplit("::").next().unwrap_or_default()
}

/// Whether everything is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flushed {
    /// Nothing is kept.
    All,
    /// Something waits for room.
    Held,
}

impl Flushed {
    /// Held if either is.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::All { other } else { self }
    }
}

#[cfg(test)]
mod tests;
