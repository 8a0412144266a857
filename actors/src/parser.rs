//! The JSON parser: frames and parses, negotiates capabilities, runs out-of-band commands itself.
//!
//! ```text
//!                 qmp_capabilities                     in-band request handed in
//!   NEGOTIATING ------------------> COMMAND MODE, open <-----------------------> COMMAND MODE, closed
//!                                                           ResumeInput
//! ```
//!
//! - A session begins closed, and the queue opens it unless somebody holds the input.
//! - NEGOTIATING: every other command is refused. Negotiation is session state, so it is answered here, also while the
//!   command of an earlier client still runs.
//! - Open → closed: an in-band request, well-formed or not, goes to the queue, and the parser stops there and then.
//!   Closed → open: the queue has judged that very request and nobody holds the input. Bytes that are there already
//!   are looked at then, without new input.
//! - An out-of-band command runs right here. No other thread is asked, so a main arbiter that stands still can't
//!   delay it.
//!
//! One request per turn: the responder sees each answer, and can have the input held, before the next is made; and one
//! monitor's flood does not keep the others of this arbiter waiting.
//!
//! Edges in: frontend (connection, bytes), queue (suspend, resume). Edges out: frontend (room to read), queue
//! (requests), responder (greeting, negotiation, out-of-band results).

mod capabilities;
mod class;
mod diagnose;
mod dialect;
mod echo;
mod escape;
mod framer;
mod garbage_budget;
mod kept;
mod lexer;
mod members;
mod nesting;
mod noncharacter;
mod reader;
mod request;
mod resync;
mod scan;
mod session;
#[cfg(feature = "test-support")]
mod stream;
mod syntax_error;
mod token;

use std::sync::Arc;
use std::task;
use std::time::{Duration, Instant};

use actix::{Actor, ActorContext, Context, Handler, Recipient};
use actix_qmp_messages::{
    Arguments, FrontendToParser, InBandRequest, MonitorId, Oob, Outcome, ParserToFrontend, ParserToQueue,
    ParserToResponder, PreparedCommand, QmpError, QueueToParser, READ_WINDOW, RequestId, RequestKey, SessionKey,
};

use tokio_util::task::task_tracker::TaskTrackerToken;

use self::framer::Frame;
use self::request::{Band, ParsedRequest, Request};
use self::session::{Gate, Input, Mode, Session};
#[cfg(feature = "test-support")]
pub(crate) use self::stream::StreamParser;
use crate::builtin::QMP_CAPABILITIES;
use crate::command_table::CommandTable;
use crate::contained::{Panicked, caught};
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::handler::handler_panicked;
use crate::options::IdRule;
use crate::outbox::{Flushed, Outbox};
use crate::queue::{QueueFull, id_required};
use crate::request_span::{as_micros, request_span};
use crate::statistics::Statistics;

/// Messages in the mailbox: the read window, the queue's answers, and the life of a session.
pub(crate) const MAILBOX: usize = READ_WINDOW.chunks + 16;

/// What a parser needs to begin.
pub(crate) struct ParserSetup {
    pub(crate) monitor: MonitorId,
    pub(crate) table: Arc<CommandTable>,
    pub(crate) offered: Oob,
    pub(crate) queue_full: QueueFull,
    pub(crate) ids: IdRule,
    pub(crate) oob_budget: Duration,
    pub(crate) frontend: Recipient<ParserToFrontend>,
    pub(crate) queue: Recipient<ParserToQueue>,
    pub(crate) responder: Recipient<ParserToResponder>,
    /// Dropped when the parser has ended.
    pub(crate) alive: TaskTrackerToken,
}

/// The actor.
pub(crate) struct Parser {
    monitor: MonitorId,
    table: Arc<CommandTable>,
    offered: Oob,
    queue_full: QueueFull,
    ids: IdRule,
    oob_budget: Duration,
    session: Option<Session>,
    life: Life,
    frontend: Outbox<ParserToFrontend>,
    queue: Outbox<ParserToQueue>,
    responder: Outbox<ParserToResponder>,
    statistics: Arc<Statistics>,
    _alive: TaskTrackerToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Runs,
    Ends,
}

impl Parser {
    pub(crate) fn new(setup: ParserSetup) -> Self {
        Self {
            monitor: setup.monitor,
            table: setup.table,
            offered: setup.offered,
            queue_full: setup.queue_full,
            ids: setup.ids,
            oob_budget: setup.oob_budget,
            session: None,
            life: Life::Runs,
            frontend: Outbox::new(setup.frontend),
            queue: Outbox::new(setup.queue),
            responder: Outbox::new(setup.responder),
            statistics: Arc::new(Statistics::new(setup.monitor, String::new())),
            _alive: setup.alive,
        }
    }

    /// Counts there, where it is read.
    pub(crate) fn counting(self, statistics: Arc<Statistics>) -> Self {
        Self { statistics, ..self }
    }
}

impl Actor for Parser {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        bound_mailbox(ctx, MAILBOX);
        start_driving(ctx);
    }
}

impl Handler<FrontendToParser> for Parser {
    type Result = ();

    fn handle(&mut self, message: FrontendToParser, _ctx: &mut Self::Context) {
        match message {
            FrontendToParser::SessionOpened { session, peer } => {
                self.session = Some(Session::new(session));
                self.statistics.session_started(session, &peer);
                self.queue.send(ParserToQueue::SessionStarted { session });
                self.responder.send(ParserToResponder::SessionStarted { session, peer });
            }
            FrontendToParser::BytesReceived { session, bytes } => {
                if let Some(session) = self.session_of(session) {
                    tracing::trace!(monitor = %session.key.monitor, session = %session.key.session, bytes = %bytes.escape_ascii(), "bytes_received");
                    session.framer.push(bytes);
                    session.chunks += 1;
                }
            }
            FrontendToParser::InputEnded { session } => {
                if let Some(session) = self.session_of(session) {
                    session.input = Input::Ended;
                }
            }
            FrontendToParser::SessionClosed { session } => {
                self.session = None;
                self.statistics.session_ended();
                self.queue.send(ParserToQueue::SessionEnded { session });
                self.responder.send(ParserToResponder::SessionEnded { session });
            }
            FrontendToParser::MonitorClosed => {
                self.queue.send(ParserToQueue::MonitorClosed);
                self.responder.send(ParserToResponder::MonitorClosed { monitor: self.monitor });
                self.life = Life::Ends;
            }
        }
    }
}

impl Handler<QueueToParser> for Parser {
    type Result = ();

    fn handle(&mut self, message: QueueToParser, _ctx: &mut Self::Context) {
        match message {
            QueueToParser::SuspendInput { session } => {
                if let Some(session) = self.session_of(session) {
                    session.gate = Gate::Closed;
                }
            }
            QueueToParser::ResumeInput { session, judged } => {
                // A resume that crossed a newer request is for an older one: the newer one's own will come.
                if let Some(session) = self.session_of(session).filter(|session| session.handed_in == judged) {
                    session.gate = Gate::Open;
                }
            }
        }
    }
}

impl Driven for Parser {
    fn drive(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>) {
        if self.flush(task) == Flushed::Held {
            return;
        }
        if self.life == Life::Ends {
            ctx.stop();
            return;
        }
        self.parse_one();
        self.give_room();
        if self.session.as_ref().is_some_and(Session::has_work) {
            task.waker().wake_by_ref();
        }
        // What was said just now may have been kept: this sees to a next turn.
        self.flush(task);
    }
}

impl Parser {
    fn flush(&mut self, task: &task::Context<'_>) -> Flushed {
        self.frontend.flush(task).and(self.queue.flush(task)).and(self.responder.flush(task))
    }

    fn session_of(&mut self, key: SessionKey) -> Option<&mut Session> {
        self.session.as_mut().filter(|session| session.key == key)
    }

    fn parse_one(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| session.gate == Gate::Open) else {
            return;
        };
        let next = session.framer.next();
        session.warn_of_garbage();
        let frame = match next {
            Some(frame) => frame,
            None if session.input == Input::Ended => {
                // First an error for a value that never ended; the queue is told when this comes by again.
                let Some(error) = session.framer.finish() else {
                    session.input = Input::Done;
                    self.queue.send(ParserToQueue::InputEnded { session: session.key });
                    return;
                };
                Frame::error(error)
            }
            None => return,
        };
        let parsed = ParsedRequest::from(frame);
        let (session, mode) = (session.key, session.mode);
        match mode {
            Mode::Negotiating => self.negotiate(session, parsed.without_oob()),
            Mode::Command(Oob::Disabled) => self.take_command(session, Oob::Disabled, parsed.without_oob()),
            Mode::Command(Oob::Enabled) => self.take_command(session, Oob::Enabled, parsed),
        }
    }

    fn give_room(&mut self) {
        let Some(session) = &mut self.session else { return };
        session.bytes += session.framer.take_consumed();
        if session.chunks >= READ_WINDOW.chunks / 2 || session.bytes >= READ_WINDOW.bytes / 2 {
            let (chunks, bytes) = (std::mem::take(&mut session.chunks), std::mem::take(&mut session.bytes));
            self.frontend.send(ParserToFrontend::InputTaken { session: session.key, chunks, bytes });
        }
    }

    fn negotiate(&mut self, session: SessionKey, parsed: ParsedRequest) {
        let ParsedRequest { id, request, .. } = parsed;
        match request.and_then(|request| capabilities::negotiate(request, self.offered)) {
            Ok(oob) => {
                if let Some(session) = &mut self.session {
                    session.mode = Mode::Command(oob);
                }
                tracing::debug!(monitor = %session.monitor, session = %session.session, ?oob, "capabilities_negotiated");
                self.statistics.session_negotiated(oob);
                self.queue.send(ParserToQueue::CapabilitiesNegotiated { session, oob });
                self.responder.send(ParserToResponder::CapabilitiesNegotiated { session, id });
            }
            Err(error) => self.refuse(session, id, error),
        }
    }

    fn take_command(&mut self, session: SessionKey, oob: Oob, parsed: ParsedRequest) {
        let ParsedRequest { id, request, .. } = parsed;
        match request {
            Ok(request) => self.take_well_formed(session, oob, id, request),
            Err(error) => self.hand_in(session, id, "", Err(error)),
        }
    }

    fn take_well_formed(&mut self, session: SessionKey, oob: Oob, id: Option<RequestId>, request: Request) {
        let Request { command, band, arguments } = request;
        let needs_id = match (self.ids, band) {
            (IdRule::Required, _) => oob == Oob::Enabled,
            (IdRule::WhereNeeded, Band::OutOfBand(_)) => self.queue_full == QueueFull::Drop,
            // The queue sees to those that it would have to drop.
            (IdRule::WhereNeeded, Band::InBand) => false,
        };
        match (band, needs_id && id.is_none()) {
            (Band::OutOfBand(_), true) => self.refuse(session, id, id_required()),
            (Band::OutOfBand(_), false) => self.run_oob(session, id, &command, arguments),
            (Band::InBand, true) => self.hand_in(session, id, &command, Err(id_required())),
            (Band::InBand, false) => {
                let prepared = self.prepare(&command, arguments);
                self.hand_in(session, id, &command, prepared);
            }
        }
    }

    fn prepare(&self, command: &str, arguments: Arguments) -> Result<PreparedCommand, QmpError> {
        if command == QMP_CAPABILITIES {
            return Err(capabilities::repeated(arguments));
        }
        let (index, spec) = self.table.find(command).ok_or_else(|| capabilities::command_not_found(command))?;
        // The check is the embedder's code: should it panic, that is this command's error and not the parser's end.
        let prepared = caught(|| spec.prepare(index, arguments));
        prepared.unwrap_or_else(|Panicked| Err(handler_panicked(spec.name)))
    }

    /// Hands a request to the queue and stops until the queue has judged it.
    fn hand_in(
        &mut self,
        session: SessionKey,
        id: Option<RequestId>,
        command: &str,
        body: Result<PreparedCommand, QmpError>,
    ) {
        let Some(current) = &mut self.session else { return };
        current.last = current.last.next();
        current.handed_in = current.last;
        current.gate = Gate::Closed;
        self.statistics.in_band.add(1);
        let key = RequestKey { session, sequence: current.last };
        let span = request_span(key, command, "in-band");
        self.queue.send(ParserToQueue::RequestParsed(InBandRequest { key, id, body, span, parsed_at: Instant::now() }));
    }

    fn refuse(&mut self, session: SessionKey, id: Option<RequestId>, error: QmpError) {
        self.responder.send(ParserToResponder::RequestRefused { session, id, error });
    }

    fn run_oob(&mut self, session: SessionKey, id: Option<RequestId>, command: &str, arguments: Arguments) {
        let Some((_, spec)) = self.table.find(command) else {
            return self.refuse(session, id, capabilities::command_not_found(command));
        };
        let Some(run) = &spec.run_oob else {
            return self.refuse(session, id, capabilities::no_oob_support(spec.name));
        };
        if let Err(error) = spec.available() {
            return self.refuse(session, id, error);
        }
        let Some(current) = &mut self.session else { return };
        current.last = current.last.next();
        let span = request_span(RequestKey { session, sequence: current.last }, spec.name, "out-of-band");
        let entered = span.enter();
        let started = Instant::now();
        let outcome = caught(|| run(arguments));
        let running = started.elapsed();
        span.record("running_us", as_micros(running));
        self.statistics.out_of_band.add(1);
        self.statistics.out_of_band_running.record(running);
        if running > self.oob_budget {
            let budget_us = as_micros(self.oob_budget);
            tracing::warn!(command = spec.name, running_us = as_micros(running), budget_us, "oob_handler_too_slow");
        }
        drop(entered);
        let outcome = outcome.unwrap_or_else(|Panicked| Outcome::Error(handler_panicked(spec.name)));
        self.responder.send(ParserToResponder::OobFinished { session, id, outcome });
    }
}

#[cfg(test)]
mod actor_tests;
