//! Which request waits, which is handed over, which is dropped: the queue without the actor.
//!
//! Requests leave in the order they came. At most [`QUEUE_LENGTH`] wait: those that lie here and those that were handed
//! to the dispatcher and have not been taken yet. A malformed request waits until everything before it is answered.

use std::collections::VecDeque;

use actix_qmp_messages::{DISPATCH_WINDOW, InBandRequest, Oob, QmpError, ReadyRequest, RequestId};

use super::suspend::Holder;

/// Requests that may wait in one monitor (series, "monitor: let the queue be 8 long").
pub const QUEUE_LENGTH: usize = 8;

/// What happens to a request that finds the queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QueueFull {
    /// It is dropped and its owner told by its `id` with `COMMAND_DROPPED` (series v6).
    #[default]
    Drop,
    /// Reading stops before that can happen; nothing is ever dropped (QEMU since 3.0).
    Suspend,
}

/// Whether the queue has a reason to hold the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It has.
    Needed,
    /// It has not.
    NotNeeded,
}

/// What to do with a request that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It waits its turn.
    Enqueue,
    /// No room: it is never executed, and its owner is told by its `id`.
    Drop,
    /// No room, and no `id` to tell its owner by: it is refused instead.
    RefuseWithoutId,
    /// No room, but it is malformed: its error needs none.
    AnswerNow,
}

/// The next thing to do with the head of the queue.
#[derive(Debug)]
pub(crate) enum Step {
    /// Hand it to the dispatcher.
    HandOver(ReadyRequest),
    /// Its turn has come and it is malformed.
    Fail {
        /// The client's `id`.
        id: Option<RequestId>,
        /// What is wrong.
        error: QmpError,
        /// The request's tracing span.
        span: tracing::Span,
    },
}

/// The series' words for a request without an `id` where one is needed.
pub(crate) fn id_required() -> QmpError {
    QmpError::generic("Out-Of-Band capability requires that every command contains an 'id' field")
}

/// The waiting requests of one monitor.
#[derive(Debug)]
pub(crate) struct RequestQueue {
    rule: QueueFull,
    oob: Oob,
    waiting: VecDeque<InBandRequest>,
    /// Handed over and not taken, of all sessions: the dispatcher's memory of us is bounded, not the session's.
    handed: usize,
    /// Of these, those of the current session.
    handed_here: usize,
    /// Handed over in the current session and not answered.
    unanswered: usize,
}

impl RequestQueue {
    /// An empty queue.
    #[must_use]
    pub(crate) fn new(rule: QueueFull) -> Self {
        Self { rule, oob: Oob::Disabled, waiting: VecDeque::new(), handed: 0, handed_here: 0, unanswered: 0 }
    }

    /// The session negotiated.
    pub(crate) fn set_oob(&mut self, oob: Oob) {
        self.oob = oob;
    }

    /// How many requests wait.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.handed_here
    }

    /// Whether nothing of the session waits or runs.
    #[must_use]
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.unanswered == 0
    }

    /// Which of the queue's own two holders of the input are needed now.
    #[must_use]
    pub(crate) fn holds(&self) -> [(Holder, Hold); 2] {
        // Without out-of-band a session has one command under way, and reads on when that is answered.
        let in_flight = self.oob == Oob::Disabled && !self.is_idle();
        // The next request would find no room and must not be dropped.
        let full = self.rule == QueueFull::Suspend && self.len() >= QUEUE_LENGTH;
        let hold = |needed| if needed { Hold::Needed } else { Hold::NotNeeded };
        [(Holder::CommandInFlight, hold(in_flight)), (Holder::QueueFull, hold(full))]
    }

    /// Whether any request handed to the dispatcher in this session may still lie there.
    #[must_use]
    pub(crate) fn has_handed_over(&self) -> bool {
        self.handed_here > 0
    }

    /// Judges a request by what is there already.
    #[must_use]
    pub(crate) fn judge(&self, request: &InBandRequest) -> Verdict {
        match (&request.body, &request.id) {
            _ if self.len() < QUEUE_LENGTH => Verdict::Enqueue,
            (Ok(_), Some(_)) => Verdict::Drop,
            (Ok(_), None) => Verdict::RefuseWithoutId,
            (Err(_), _) => Verdict::AnswerNow,
        }
    }

    /// Appends a request that was judged [`Verdict::Enqueue`].
    pub(crate) fn push(&mut self, request: InBandRequest) {
        self.waiting.push_back(request);
    }

    /// What to do next, if anything; call until it says `None`.
    pub(crate) fn step(&mut self) -> Option<Step> {
        let may_leave = match self.waiting.front()?.body {
            Ok(_) => self.handed < DISPATCH_WINDOW,
            Err(_) => self.unanswered == 0,
        };
        if !may_leave {
            return None;
        }
        let InBandRequest { key, id, body, span, parsed_at } = self.waiting.pop_front()?;
        Some(match body {
            Ok(command) => {
                self.handed += 1;
                self.handed_here += 1;
                self.unanswered += 1;
                Step::HandOver(ReadyRequest { key, id, command, span, parsed_at })
            }
            Err(error) => Step::Fail { id, error, span },
        })
    }

    /// The dispatcher took a request of the current session out.
    pub(crate) fn taken(&mut self) {
        debug_assert!(self.handed > 0 && self.handed_here > 0, "taken without having been handed over");
        self.handed = self.handed.saturating_sub(1);
        self.handed_here = self.handed_here.saturating_sub(1);
    }

    /// The dispatcher took out (or threw away) a request of a session that is over.
    pub(crate) fn taken_of_ended_session(&mut self) {
        debug_assert!(self.handed > self.handed_here, "taken without having been handed over");
        self.handed = self.handed.saturating_sub(1);
    }

    /// So many requests that were handed over in the current session have their answers.
    pub(crate) fn answered(&mut self, count: usize) {
        debug_assert!(self.unanswered >= count, "answered without having been handed over");
        self.unanswered = self.unanswered.saturating_sub(count);
    }

    /// The session is over: what waits here is dropped; what lies in the dispatcher still counts against the window.
    pub(crate) fn end_session(&mut self) {
        self.waiting.clear();
        self.oob = Oob::Disabled;
        self.handed_here = 0;
        self.unanswered = 0;
    }
}

#[cfg(test)]
mod tests;
