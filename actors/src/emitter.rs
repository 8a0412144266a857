//! Events from the embedder, from any thread.

use std::sync::{Arc, OnceLock};

use actix::Recipient;
use actix::prelude::SendError;
use actix_qmp_messages::{EVENT_CREDITS, EmitterToResponder, Event, EventData};
use tokio::sync::Semaphore;

use crate::contained::Contained;
use crate::wall_clock;

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
    /// [`EmitError::Full`] above the bound, [`EmitError::Closed`] after the end: nobody gets it then.
    pub fn emit<E: Event>(&self, event: E) -> Result<(), EmitError> {
        let Some(responders) = self.responders.get() else { return Ok(()) };
        let data = E::HAS_DATA.then(|| Arc::new(Contained::new(event)) as EventData);
        let credit = Arc::clone(&self.credits).try_acquire_owned().map_err(|_| EmitError::Full)?;
        let emitted = EmitterToResponder { name: E::NAME, data, at: wall_clock::now(), credit: Arc::new(credit) };
        let (mut taken, mut refused) = (0, None);
        for responder in responders {
            match responder.try_send(emitted.clone()) {
                Ok(()) => taken += 1,
                Err(SendError::Full(_)) => refused = Some(EmitError::Full),
                Err(SendError::Closed(_)) => refused = refused.or(Some(EmitError::Closed)),
            }
        }
        match refused {
            None => Ok(()),
            Some(refusal) if taken == 0 => Err(refusal),
            // Nothing that was sent can be taken back, and emitting again would repeat it. A thread whose mailbox is full
            // of what is no event, or that has ended before the others, is the exception.
            Some(refusal) => {
                tracing::warn!(event = E::NAME, ?refusal, taken, "event_lost");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Probe;
    use serde::Serialize;

    #[derive(Serialize)]
    struct Happened;

    impl Event for Happened {
        const NAME: &'static str = "HAPPENED";
    }

    #[actix::test]
    async fn an_event_that_one_thread_took_is_emitted_and_one_that_nobody_took_is_not() {
        let mut open = Probe::<EmitterToResponder>::start();
        let (stalled, gone) = (Probe::stalled(1), Probe::gone());
        let emit = |recipients| {
            let emitter = EventEmitter::default();
            emitter.connect(recipients);
            emitter.emit(Happened)
        };
        assert_eq!(emit(vec![full(&stalled)]), Err(EmitError::Full));
        assert_eq!(emit(vec![gone.recipient()]), Err(EmitError::Closed));
        assert_eq!(emit(vec![full(&stalled), open.recipient(), gone.recipient()]), Ok(()));
        assert_eq!(open.next().await.name, "HAPPENED");
    }

    /// A sender that finds no more room: each has a place of its own.
    fn full(probe: &Probe<EmitterToResponder>) -> Recipient<EmitterToResponder> {
        let recipient = probe.recipient();
        let sent = (0..8).take_while(|_| recipient.try_send(filler()).is_ok()).count();
        assert!(sent < 8);
        recipient
    }

    fn filler() -> EmitterToResponder {
        EmitterToResponder { name: "FILLER", data: None, at: wall_clock::now(), credit: Arc::new(()) }
    }
}
