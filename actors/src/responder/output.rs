//! One monitor's output: the current session, what waits for its client, and how it is counted.

use std::sync::Arc;
use std::task;

use actix_qmp_messages::{
    AddMonitorToResponder, MonitorId, Oob, OutputLimits, ResponderToFrontend, ResponderToQueue, SessionKey,
};

use super::accounting::{OutputAccount, Pressure};
use super::encode::Encoder;
use super::greeting::Greetings;
use crate::outbox::{Flushed, Outbox};
use crate::statistics::Statistics;

/// Room for an ordinary reply.
const FIRST_ALLOCATION: usize = 256;

/// Room for a burst of events; what is larger still grows as it comes.
const LARGEST_FIRST_ALLOCATION: usize = 64 * 1024;

/// The output side of a monitor.
pub(super) struct MonitorOutput {
    pub(super) monitor: MonitorId,
    pub(super) encoder: Encoder,
    /// In the responder's list of monitors with something to send.
    pub(super) marked: bool,
    pub(super) statistics: Arc<Statistics>,
    frontend: Outbox<ResponderToFrontend>,
    queue: Outbox<ResponderToQueue>,
    /// Answers of which the queue has not been told yet.
    answered: Option<(SessionKey, usize)>,
    limits: OutputLimits,
    oob: Oob,
    session: Option<SessionOutput>,
    /// The monitor is being closed: a session that still comes is finished at once.
    closing: bool,
}

struct SessionOutput {
    key: SessionKey,
    peer: String,
    phase: Phase,
    buffer: Vec<u8>,
    /// What went out last time, within bounds: the next output is given that much room at once.
    room: usize,
    account: OutputAccount,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Greeted,
    CommandMode,
    Finishing,
    /// The frontend has been told to close.
    Finished,
}

impl MonitorOutput {
    pub(super) fn new(setup: AddMonitorToResponder, statistics: Arc<Statistics>) -> Self {
        Self {
            monitor: setup.monitor,
            encoder: Encoder { style: setup.style },
            marked: false,
            statistics,
            frontend: Outbox::new(setup.frontend),
            queue: Outbox::new(setup.queue),
            answered: None,
            limits: setup.limits,
            oob: setup.oob,
            session: None,
            closing: false,
        }
    }

    pub(super) fn start_session(&mut self, key: SessionKey, peer: String, greetings: &Greetings) {
        let account = OutputAccount::new(self.limits);
        let (phase, buffer, room) = (Phase::Greeted, Vec::new(), FIRST_ALLOCATION);
        self.session = Some(SessionOutput { key, peer, phase, buffer, room, account });
        let greeting = greetings.text(self.encoder.style, self.oob);
        self.write(key, |_, out| out.extend_from_slice(greeting));
        if self.closing {
            self.finish_session(key);
        }
    }

    pub(super) fn enter_command_mode(&mut self, key: SessionKey) {
        if let Some(session) = self.current(key).filter(|session| session.phase == Phase::Greeted) {
            session.phase = Phase::CommandMode;
        }
    }

    pub(super) fn finish_session(&mut self, key: SessionKey) {
        if let Some(session) = self.current(key).filter(|session| session.phase != Phase::Finished) {
            session.phase = Phase::Finishing;
        }
    }

    pub(super) fn finish_monitor(&mut self) {
        self.closing = true;
        if let Some(key) = self.session.as_ref().map(|session| session.key) {
            self.finish_session(key);
        }
    }

    pub(super) fn end_session(&mut self, key: SessionKey) {
        if self.current(key).is_some() {
            self.session = None;
        }
    }

    pub(super) fn takes_events(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.phase == Phase::CommandMode)
    }

    /// Appends a message; says whether the session is the current one and takes output.
    pub(super) fn write(&mut self, key: SessionKey, write: impl FnOnce(Encoder, &mut Vec<u8>)) -> bool {
        let encoder = self.encoder;
        let Some(session) = self.current(key).filter(|session| session.takes_output()) else {
            return false;
        };
        if session.buffer.capacity() == 0 {
            session.buffer.reserve(session.room);
        }
        let before = session.buffer.len();
        write(encoder, &mut session.buffer);
        let bytes = session.buffer.len() - before;
        tracing::trace!(monitor = %key.monitor, session = %key.session, bytes = %session.buffer.get(before..).unwrap_or_default().escape_ascii(), "message_sent");
        let pressure = session.account.collect(bytes);
        self.relieve(pressure);
        true
    }

    /// Appends text to the current session, whichever it is.
    pub(super) fn append(&mut self, text: &[u8]) {
        if let Some(key) = self.session.as_ref().map(|session| session.key) {
            self.write(key, |_, out| out.extend_from_slice(text));
        }
    }

    /// Counts the answer to a request of `session`, written or discarded, for the queue.
    pub(super) fn answered(&mut self, session: SessionKey) {
        match &mut self.answered {
            Some((counted, count)) if *counted == session => *count += 1,
            None | Some(_) => {
                self.tell_answered();
                self.answered = Some((session, 1));
            }
        }
    }

    fn tell_answered(&mut self) {
        if let Some((session, count)) = self.answered.take() {
            self.queue.send(ResponderToQueue::RequestsAnswered { session, count });
        }
    }

    pub(super) fn written(&mut self, key: SessionKey, writes: usize, bytes: usize) {
        if let Some(session) = self.current(key) {
            let pressure = session.account.written(writes, bytes);
            self.relieve(pressure);
        }
    }

    /// Sends on what the frontend has room for, all in one message.
    pub(super) fn send(&mut self, task: &task::Context<'_>) -> Flushed {
        self.marked = false;
        if let Some(session) = &mut self.session {
            if session.account.may_send() {
                let bytes = std::mem::take(&mut session.buffer);
                session.room = bytes.len().clamp(FIRST_ALLOCATION, LARGEST_FIRST_ALLOCATION);
                session.account.sent();
                self.frontend.send(ResponderToFrontend::WriteOutput { session: session.key, bytes });
            }
            if session.phase == Phase::Finishing && session.buffer.is_empty() {
                session.phase = Phase::Finished;
                self.frontend.send(ResponderToFrontend::FinishSession { session: session.key });
            }
        }
        // Behind the output: what waits for an answer is the client first, and then the queue.
        self.tell_answered();
        let flushed = self.frontend.flush(task).and(self.queue.flush(task));
        self.marked = flushed == Flushed::Held;
        flushed
    }

    fn current(&mut self, key: SessionKey) -> Option<&mut SessionOutput> {
        self.session.as_mut().filter(|session| session.key == key)
    }

    fn relieve(&mut self, pressure: Pressure) {
        let Some(session) = &self.session else { return };
        let key = session.key;
        match pressure {
            Pressure::None => {}
            Pressure::Suspend => {
                self.queue.send(ResponderToQueue::OutputBacklogged { session: key });
            }
            Pressure::Resume => {
                self.queue.send(ResponderToQueue::OutputDrained { session: key });
            }
            Pressure::Abort => {
                let (waiting, limit) = (session.account.waiting(), self.limits.close_above);
                let peer = &session.peer;
                tracing::warn!(monitor = %key.monitor, session = %key.session, peer, waiting, limit, "client_takes_no_output");
                self.frontend.send(ResponderToFrontend::AbortSession { session: key });
                self.session = None;
            }
        }
    }
}

impl SessionOutput {
    fn takes_output(&self) -> bool {
        matches!(self.phase, Phase::Greeted | Phase::CommandMode)
    }
}
