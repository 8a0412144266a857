//! Event emitter → responder: events, from any thread.
//!
//! Bound: [`EVENT_CREDITS`] events that a responder has not sent on yet; the emitter refuses more.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use actix::Message;

use crate::EventData;

/// Events under way in the process.
pub const EVENT_CREDITS: usize = 4096;

/// An event was emitted.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct EmitterToResponder {
    /// The event's name.
    pub name: &'static str,
    /// Its data; `None` where the event has none.
    pub data: Option<EventData>,
    /// When it happened (wall clock).
    pub at: SystemTime,
    /// Gives the credit back when the last responder is done with the event, and has sent on what it says of it.
    pub credit: Arc<dyn Send + Sync>,
}

impl fmt::Debug for EmitterToResponder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmitterToResponder").field("name", &self.name).field("at", &self.at).finish_non_exhaustive()
    }
}
