//! Events from the embedder, from any thread.

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use actix::Recipient;
use actix::prelude::SendError;
use actix_qmp_messages::{EVENT_CREDITS, EmitterToResponder, Event, EventData};
use tokio::sync::Semaphore;

/// Emits events to every session in command mode; cheap to clone, never blocks.
///
/// An event that a handler emits before it returns reaches the client before that command's reply, in both bands and
/// from whatever thread the handler's actor lives on.
#[derive(Clone)]
pub struct EventEmitter {
    /// Known once the I/O threads run; until then there is no session that an event could go to.
    responders: Arc<OnceLock<Vec<Recipient<EmitterToResponder>>>>,
    credits: Arc<Semaphore>,
}

impl Default for EventEmitter {
    fn default() -> Self {
        Self { responders: Arc::default(), credits: Arc::new(Semaphore::new(EVENT_CREDITS)) }
    }
}

/// An event that was not emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// So many events are under way that one more might have no bound.
    #[error("{EVENT_CREDITS} events are waiting for the I/O thread; emit fewer, or try again later")]
    Full,
    /// The monitors were shut down.
    #[error("the monitors were shut down")]
    Closed,
}

impl EventEmitter {
    /// Events have somewhere to go from now on.
    pub(crate) fn connect(&self, responders: Vec<Recipient<EmitterToResponder>>) {
        // Called once, by the one builder that made this emitter.
        let _ = self.responders.set(responders);
    }

    /// Emits an event, stamped with the time of this call.
    ///
    /// # Errors
    /// [`EmitError::Full`] above the bound, [`EmitError::Closed`] after the end.
    pub fn emit<E: Event>(&self, event: E) -> Result<(), EmitError> {
        let Some(responders) = self.responders.get() else { return Ok(()) };
        let data = E::HAS_DATA.then(|| Arc::new(event) as EventData);
        let credit = Arc::clone(&self.credits).try_acquire_owned().map_err(|_| EmitError::Full)?;
        let emitted = EmitterToResponder { name: E::NAME, data, at: SystemTime::now(), credit: Arc::new(credit) };
        let mut outcome = Ok(());
        for responder in responders {
            // Each I/O thread is tried, whatever the others say.
            outcome = outcome.and(responder.try_send(emitted.clone()).map_err(|error| match error {
                SendError::Full(_) => EmitError::Full,
                SendError::Closed(_) => EmitError::Closed,
            }));
        }
        outcome
    }
}
