//! The responder: replies, events and greetings become bytes; what belongs to an ended session is thrown away.
//!
//! One per I/O arbiter, for all its monitors, and events pass through its own mailbox: that is what keeps an event in
//! front of the reply of the handler that emitted it, from whatever thread, without a further hop for replies.
//!
//! ```text
//!                    SessionStarted           CapabilitiesNegotiated
//!   (no session) ------------------> GREETED -----------------------> COMMAND MODE
//!        ^                              |                                  |
//!        |        SessionEnded          v          SessionFinished,        v
//!        +--------------------------- FINISHING <-- FinishMonitor ---------+
//! ```
//!
//! - GREETED: replies only. COMMAND MODE: events too. FINISHING: nothing new; the frontend closes once all is out.
//! - A session whose output grows above the second limit is aborted and forgotten at once.
//!
//! Edges in: parser, queues, dispatcher, emitters (what to say), frontends (what is written), embedder (monitors).
//! Edges out: frontends (output, end), queues (answered, backlog).

mod accounting;
mod encode;
mod greeting;
mod output;
mod throttle;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task;

use actix::{Actor, Context, Handler};
use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::{
    AddMonitorToResponder, DispatcherToResponder, EVENT_CREDITS, EmitterToResponder, FinishMonitor,
    FrontendToResponder, MonitorId, Outcome, ParserToResponder, QmpError, QueueToResponder, RequestId, SessionKey,
    Style, WireValue,
};
use rustc_hash::FxHashMap;
use tokio::time::{Instant, Sleep};

use self::encode::Encoder;
use self::greeting::Greetings;
use self::output::MonitorOutput;
pub use self::throttle::ThrottleRule;
use self::throttle::{Offer, STANDARD_RULES, Throttle};
use crate::builtin::CommandDropped;
use crate::contained::caught;
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::outbox::Flushed;
use crate::statistics::MonitorList;
use crate::wall_clock;

/// Messages of one monitor in the mailbox: its parser's, queue's, dispatcher's and frontend's.
const MAILBOX_PER_MONITOR: usize = 64;

/// Messages in the mailbox at first; each monitor adds its own.
pub(crate) const MAILBOX: usize = EVENT_CREDITS + MAILBOX_PER_MONITOR;

/// Room for an ordinary event's text.
const EVENT_BYTES: usize = 256;

/// The actor.
pub(crate) struct Responder {
    greetings: Greetings,
    monitors: FxHashMap<MonitorId, MonitorOutput>,
    /// Monitors with output to send on, each once.
    dirty: Vec<MonitorId>,
    throttle: Throttle<EmitterToResponder>,
    /// Credits of the events of this turn.
    spent: Vec<Arc<dyn Send + Sync>>,
    /// Ends with the first throttling period.
    period_end: Option<Pin<Box<Sleep>>>,
    list: MonitorList,
}

impl Responder {
    /// `rules` come on top of the protocol's own.
    pub(crate) fn new(version: &VersionInfo, rules: Vec<ThrottleRule>) -> Self {
        Self {
            greetings: Greetings::new(version),
            monitors: FxHashMap::default(),
            dirty: Vec::new(),
            throttle: Throttle::new(STANDARD_RULES.into_iter().chain(rules)),
            spent: Vec::new(),
            period_end: None,
            list: MonitorList::default(),
        }
    }

    /// Counts for the monitors of this list.
    pub(crate) fn counting(self, list: MonitorList) -> Self {
        Self { list, ..self }
    }
}

impl Actor for Responder {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        bound_mailbox(ctx, MAILBOX);
        start_driving(ctx);
    }
}

impl Handler<AddMonitorToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, message: AddMonitorToResponder, ctx: &mut Self::Context) {
        let statistics = self.list.of(message.monitor);
        self.monitors.insert(message.monitor, MonitorOutput::new(message, statistics));
        bound_mailbox(ctx, MAILBOX + MAILBOX_PER_MONITOR * self.monitors.len());
    }
}

impl Handler<FinishMonitor> for Responder {
    type Result = ();

    fn handle(&mut self, message: FinishMonitor, _ctx: &mut Self::Context) {
        if let Some(output) = self.monitors.get_mut(&message.monitor) {
            output.finish_monitor();
            mark(output, &mut self.dirty);
        }
    }
}

impl Handler<ParserToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, message: ParserToResponder, _ctx: &mut Self::Context) {
        match message {
            ParserToResponder::SessionStarted { session, peer } => {
                if let Some(output) = self.monitors.get_mut(&session.monitor) {
                    output.start_session(session, peer, &self.greetings);
                    mark(output, &mut self.dirty);
                }
            }
            ParserToResponder::CapabilitiesNegotiated { session, id } => {
                self.write(session, |encoder, out| encoder.success(&actix_qmp_messages::Empty {}, id.as_ref(), out));
                if let Some(output) = self.monitors.get_mut(&session.monitor) {
                    output.enter_command_mode(session);
                }
            }
            ParserToResponder::RequestRefused { session, id, error } => self.write_error(session, id.as_ref(), &error),
            ParserToResponder::OobFinished { session, id, outcome } => {
                self.write_outcome(session, id.as_ref(), &outcome)
            }
            ParserToResponder::SessionEnded { session } => {
                if let Some(output) = self.monitors.get_mut(&session.monitor) {
                    output.end_session(session);
                }
            }
            ParserToResponder::MonitorClosed { monitor } => {
                self.monitors.remove(&monitor);
            }
        }
    }
}

impl Handler<QueueToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, message: QueueToResponder, _ctx: &mut Self::Context) {
        match message {
            QueueToResponder::RequestFailed { session, id, error } => self.write_error(session, id.as_ref(), &error),
            QueueToResponder::CommandDropped { session, id } => {
                let event = CommandDropped::queue_full(id);
                let at = wall_clock::now();
                self.write(session, |encoder, out| encoder.own_event(&event, at, out));
            }
            QueueToResponder::SessionFinished { session } => {
                if let Some(output) = self.monitors.get_mut(&session.monitor) {
                    output.finish_session(session);
                    mark(output, &mut self.dirty);
                }
            }
        }
    }
}

impl Handler<DispatcherToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, message: DispatcherToResponder, _ctx: &mut Self::Context) {
        let DispatcherToResponder::CommandFinished { request, id, outcome } = message;
        self.write_outcome(request.session, id.as_ref(), &outcome);
        if let Some(output) = self.monitors.get_mut(&request.session.monitor) {
            output.answered(request.session);
            mark(output, &mut self.dirty);
        }
    }
}

impl Handler<FrontendToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, message: FrontendToResponder, _ctx: &mut Self::Context) {
        let FrontendToResponder::OutputWritten { session, writes, bytes } = message;
        if let Some(output) = self.monitors.get_mut(&session.monitor) {
            output.written(session, writes, bytes);
            mark(output, &mut self.dirty);
        }
    }
}

impl Handler<EmitterToResponder> for Responder {
    type Result = ();

    fn handle(&mut self, event: EmitterToResponder, _ctx: &mut Self::Context) {
        // Given back event by event, they would let an emitter that never rests keep the mailbox from getting empty: the
        // turn would not end, nothing would be sent on, and clients that do read would be closed for their backlog.
        self.spent.push(Arc::clone(&event.credit));
        let Some(rule) = self.throttle.rule(event.name) else {
            self.deliver(&event);
            return;
        };
        let key = throttle_key(rule, &event).unwrap_or_default();
        match self.throttle.offer(rule, key, event, Instant::now()) {
            Offer::Deliver(event) => self.deliver(&event),
            Offer::Kept => {}
        }
    }
}

impl Driven for Responder {
    fn drive(&mut self, _ctx: &mut Context<Self>, task: &mut task::Context<'_>) {
        self.end_periods(task);
        // In order of marking; a monitor whose mailboxes were full stays marked.
        let monitors = &mut self.monitors;
        self.dirty.retain(|monitor| monitors.get_mut(monitor).map(|output| output.send(task)) == Some(Flushed::Held));
        self.spent.clear();
    }
}

impl Responder {
    /// Appends a message to a session's output, if that session is still the current one; gives that output then.
    fn write(&mut self, session: SessionKey, write: impl FnOnce(Encoder, &mut Vec<u8>)) -> Option<&MonitorOutput> {
        let output = self.monitors.get_mut(&session.monitor)?;
        if !output.write(session, write) {
            tracing::debug!(monitor = %session.monitor, session = %session.session, "reply_to_ended_session_discarded");
            return None;
        }
        mark(output, &mut self.dirty);
        Some(output)
    }

    fn write_error(&mut self, session: SessionKey, id: Option<&RequestId>, error: &QmpError) {
        if let Some(output) = self.write(session, |encoder, out| encoder.error(error, id, out)) {
            output.statistics.errors.add(1);
        }
    }

    fn write_outcome(&mut self, session: SessionKey, id: Option<&RequestId>, outcome: &Outcome) {
        match outcome {
            Outcome::Return(value) => {
                self.write(session, |encoder, out| encoder.success(value.as_ref(), id, out));
            }
            Outcome::Error(error) => self.write_error(session, id, error),
            Outcome::Silent => {}
        }
    }

    /// Appends an event to every session in command mode; it is turned into text once per style.
    fn deliver(&mut self, event: &EmitterToResponder) {
        let mut texts: [Option<Vec<u8>>; 2] = [None, None];
        for output in self.monitors.values_mut().filter(|output| output.takes_events()) {
            let [compact, pretty] = &mut texts;
            let cached = match output.encoder.style {
                Style::Compact => compact,
                Style::Pretty => pretty,
            };
            let text = cached.get_or_insert_with(|| encode_event(output.encoder, event));
            if text.is_empty() {
                // It can't be serialised, which was said in the log.
                continue;
            }
            output.append(text);
            output.statistics.events.add(1);
            mark(output, &mut self.dirty);
        }
    }

    fn end_periods(&mut self, task: &mut task::Context<'_>) {
        while let Some(end) = self.throttle.next_end() {
            let sleep = self.period_end.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
            if sleep.deadline() != end {
                sleep.as_mut().reset(end);
            }
            if sleep.as_mut().poll(task).is_pending() {
                return;
            }
            for event in self.throttle.expire(Instant::now()) {
                self.deliver(&event);
            }
        }
        self.period_end = None;
    }
}

/// Puts a monitor on the list of those with output to send on.
fn mark(output: &mut MonitorOutput, dirty: &mut Vec<MonitorId>) {
    if !std::mem::replace(&mut output.marked, true) {
        dirty.push(output.monitor);
    }
}

/// What tells events of one rule apart. Data that can't be serialised, or panics while it is, has nothing that does.
fn throttle_key(rule: ThrottleRule, event: &EmitterToResponder) -> Option<String> {
    let (member, data) = (rule.key?, event.data.as_deref()?);
    let data = caught(|| data.to_value()).ok()?.ok()?;
    Some(data.get(member)?.to_string())
}

/// An event's text; empty, and said in the log, when its data can't be serialised.
fn encode_event(encoder: Encoder, event: &EmitterToResponder) -> Vec<u8> {
    let mut text = Vec::with_capacity(EVENT_BYTES);
    let data = event.data.as_deref().map(|data| data as &dyn WireValue);
    if encoder.event(event.name, data, event.at, &mut text).is_err() {
        tracing::error!(event = event.name, "event_data_not_serialised");
    }
    text
}

#[cfg(test)]
mod tests;
