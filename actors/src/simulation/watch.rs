//! What the monitors say in their log: checked on the way, and shown when a history is replayed.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

use super::stage::fault;
use crate::queue::QueueFull;

/// The bound of the protocol's series, written down once more.
pub(super) const MAY_WAIT: usize = 8;

/// What was seen of one monitor.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    /// The session that is open.
    pub(super) session: Option<u64>,
    /// Sessions that were opened, and closed again.
    pub(super) opened: u64,
    pub(super) closed: u64,
    /// Sessions that were closed because their client took no output, or not in time.
    pub(super) aborted: HashSet<u64>,
    /// Somebody outside holds the input, and everybody knows.
    pub(super) frozen: bool,
    pub(super) oob: bool,
    pub(super) may_drop: bool,
    /// The session is in command mode.
    pub(super) negotiated: bool,
    /// In-band requests of the session that the parser handed in, by their sequence, as long as they wait.
    pub(super) waiting: BTreeSet<u64>,
    /// How many were handed in: in the session, and in all.
    pub(super) handed_in: u64,
    pub(super) in_band: u64,
    /// Out-of-band commands that were run, in all sessions.
    pub(super) out_of_band: u64,
    /// How many were dropped, in all sessions.
    pub(super) dropped: u64,
    /// A command of the session runs.
    pub(super) running: bool,
    /// Who holds the input.
    pub(super) holders: BTreeSet<String>,
    /// Requests of each session that found the queue full when they were handed in, by our own count.
    pub(super) overfull: HashMap<u64, u64>,
    close_above: u64,
    /// Nothing is wrong about a message that reaches nobody any more.
    pub(super) closing: bool,
}

/// What a span is about.
#[derive(Debug, Clone, Copy)]
struct Place {
    monitor: u64,
    session: u64,
    sequence: Option<u64>,
}

#[derive(Default)]
struct Log {
    spans: HashMap<u64, Place>,
    last_span: u64,
    entered: Vec<u64>,
    monitors: Vec<Seen>,
    trace: Option<Vec<String>>,
}

thread_local! {
    static LOG: RefCell<Log> = RefCell::default();
}

/// Whether everything is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracing {
    On,
    Off,
}

/// Begins a history.
pub(super) fn begin(limits_and_rules: &[(usize, QueueFull)], tracing: Tracing) {
    let seen = |&(close_above, rule): &(usize, QueueFull)| Seen {
        close_above: close_above as u64,
        may_drop: rule == QueueFull::Drop,
        ..Seen::default()
    };
    let monitors = limits_and_rules.iter().map(seen).collect();
    LOG.set(Log { monitors, trace: (tracing == Tracing::On).then(Vec::new), ..Log::default() });
}

/// Adds a line to the trace, if there is one.
pub(super) fn note(line: impl FnOnce() -> String) {
    if LOG.with_borrow(|log| log.trace.is_some()) {
        let line = line();
        LOG.with_borrow_mut(|log| log.trace.as_mut().map(|trace| trace.push(line)));
    }
}

/// The trace so far.
pub(super) fn take_trace() -> Vec<String> {
    LOG.with_borrow_mut(|log| log.trace.take()).unwrap_or_default()
}

/// Looks at what was seen of a monitor.
pub(super) fn of_monitor<T>(monitor: usize, look: impl FnOnce(&mut Seen) -> T) -> T {
    LOG.with_borrow_mut(|log| look(&mut log.monitors[monitor]))
}

impl Log {
    /// The parser made a span for a request.
    fn hand_in(&mut self, fields: &Fields) -> Option<String> {
        let (Some(monitor), Some(session)) = (fields.monitor, fields.session) else { return None };
        let seen = usize::try_from(monitor).ok().and_then(|monitor| self.monitors.get_mut(monitor));
        let seen = seen?;
        seen.in_band += u64::from(fields.in_band);
        seen.out_of_band += u64::from(!fields.in_band);
        if seen.session != Some(session) {
            return None;
        }
        if !fields.in_band {
            return seen.frozen.then(|| "out-of-band while the input is held".to_owned());
        }
        let waiting = seen.waiting.len();
        seen.waiting.extend(fields.sequence);
        seen.handed_in += 1;
        if waiting >= MAY_WAIT {
            *seen.overfull.entry(session).or_default() += 1;
        }
        let is_second = !seen.oob && (waiting > 0 || seen.running);
        let is_ninth = waiting >= MAY_WAIT && !seen.may_drop;
        is_second
            .then(|| "a second request without out-of-band".to_owned())
            .or(is_ninth.then(|| "a ninth request, and none may be dropped".to_owned()))
    }
}

/// The subscriber.
pub(super) struct Watch;

/// The fields of one event.
#[derive(Default)]
struct Fields {
    message: String,
    monitor: Option<u64>,
    session: Option<u64>,
    sequence: Option<u64>,
    holder: String,
    numbers: Vec<(&'static str, u64)>,
    oob: bool,
    in_band: bool,
    text: String,
    with_text: bool,
}

impl Fields {
    fn number(&self, name: &str) -> Option<u64> {
        self.numbers.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.numbers.push((field.name(), value));
        if self.with_text {
            let _ = write!(self.text, " {}={value}", field.name());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "monitor" => self.monitor = format!("{value:?}").parse().ok(),
            "session" => self.session = format!("{value:?}").parse().ok(),
            "sequence" => self.sequence = format!("{value:?}").parse().ok(),
            "holder" => self.holder = format!("{value:?}"),
            "band" => self.in_band = format!("{value:?}").contains("in-band"),
            "oob" => self.oob = format!("{value:?}") == "Enabled",
            name if self.with_text => {
                let _ = write!(self.text, " {name}={value:?}");
            }
            _ => {}
        }
    }
}

impl Subscriber for Watch {
    fn register_callsite(&self, _metadata: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with("actix_qmp");
        ours && (*metadata.level() <= Level::DEBUG || LOG.with_borrow(|log| log.trace.is_some()))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let (id, found) = LOG.with_borrow_mut(|log| {
            log.last_span += 1;
            if let (Some(monitor), Some(session)) = (fields.monitor, fields.session) {
                log.spans.insert(log.last_span, Place { monitor, session, sequence: fields.sequence });
            }
            (Id::from_u64(log.last_span), log.hand_in(&fields))
        });
        if let Some(found) = found {
            fault(format!("monitor {:?}, session {:?}: {found}", fields.monitor, fields.session));
        }
        id
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let with_text = LOG.with_borrow(|log| log.trace.is_some());
        let mut fields = Fields { with_text, ..Fields::default() };
        event.record(&mut fields);
        let parent = event.parent().map(Id::into_u64);
        let place = LOG
            .with_borrow(|log| parent.or(log.entered.last().copied()).and_then(|span| log.spans.get(&span).copied()));
        if let Some(Place { monitor, session, sequence }) = place {
            fields.monitor.get_or_insert(monitor);
            fields.session.get_or_insert(session);
            fields.sequence = fields.sequence.or(sequence);
        }
        note(|| {
            let number = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
            let (monitor, session) = (number(fields.monitor), number(fields.session));
            let place = if fields.message == "actor_message" { "->".into() } else { format!("[{monitor}/{session}]") };
            format!("    {place} {}{}", fields.message, fields.text)
        });
        check(*event.metadata().level(), &fields);
    }

    fn enter(&self, span: &Id) {
        LOG.with_borrow_mut(|log| log.entered.push(span.into_u64()));
    }

    fn exit(&self, _span: &Id) {
        LOG.with_borrow_mut(|log| log.entered.pop());
    }
}

fn check(level: Level, fields: &Fields) {
    let name = fields.message.as_str();
    let found = LOG.with_borrow_mut(|log| {
        let monitor = fields.monitor.and_then(|monitor| usize::try_from(monitor).ok());
        let Some(seen) = monitor.and_then(|monitor| log.monitors.get_mut(monitor)) else {
            let lost = name == "receiver_gone" && !log.monitors.iter().any(|seen| seen.closing);
            return lost.then(|| "a message reached nobody".to_owned());
        };
        seen.check(name, fields)
    });
    if let Some(found) = found {
        fault(format!("monitor {:?}, session {:?}: {found}", fields.monitor, fields.session));
    } else if level == Level::ERROR {
        fault(format!("an error in the log: {name}{}", fields.text));
    }
}

impl Seen {
    fn check(&mut self, name: &str, fields: &Fields) -> Option<String> {
        // The frontend opens the next session before the other actors know of the last one's end.
        let is_current = fields.session == self.session;
        match name {
            "session_opened" => {
                self.opened += 1;
                (self.oob, self.negotiated, self.running, self.handed_in) = (false, false, false, 0);
                self.waiting.clear();
                let skipped = fields.session != Some(self.opened) || self.session.is_some();
                self.session = fields.session;
                skipped.then(|| "opened out of order, or beside another".to_owned())
            }
            "session_closed" => {
                self.closed += 1;
                self.session = None;
                self.frozen = false;
                None
            }
            "capabilities_negotiated" => {
                self.oob |= is_current && fields.oob;
                self.negotiated |= is_current;
                None
            }
            "client_did_not_take_its_output" => {
                self.aborted.extend(fields.session);
                (!self.closing).then(|| "cut off though nobody ends the monitor".to_owned())
            }
            "client_takes_no_output" => {
                self.aborted.extend(fields.session);
                let waiting = fields.number("waiting").unwrap_or_default();
                (waiting < self.close_above).then(|| format!("closed with only {waiting} bytes waiting"))
            }
            "request_enqueued" => {
                let length = fields.number("queue_length").unwrap_or_default();
                let too_many = (length > MAY_WAIT as u64).then(|| format!("{length} requests wait"));
                too_many
                    .or((is_current && self.frozen).then(|| "a request was parsed while the input is held".to_owned()))
            }
            "request_dispatched" if is_current => {
                self.running = true;
                self.leave(fields)
            }
            "request_finished" => {
                self.running &= !is_current;
                None
            }
            "request_refused" if is_current => self.leave(fields),
            "monitor_suspended" => {
                self.holders.insert(fields.holder.clone());
                None
            }
            "monitor_resumed" => {
                self.holders.remove(&fields.holder);
                None
            }
            "holders_forgotten" => {
                self.holders.clear();
                None
            }
            "request_dropped" => {
                self.dropped += 1;
                if is_current {
                    self.leave(fields);
                }
                let allowed = !is_current || self.oob && self.may_drop && !self.frozen;
                (!allowed).then(|| "a request was dropped that could not come".to_owned())
            }
            _ => None,
        }
    }

    /// A request waits no more.
    fn leave(&mut self, fields: &Fields) -> Option<String> {
        let waited = fields.sequence.is_some_and(|sequence| self.waiting.remove(&sequence));
        (!waited).then(|| "a request that does not wait is begun, refused or dropped".to_owned())
    }
}
