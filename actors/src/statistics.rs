//! What a monitor counts about itself, and where it is read: by `x-query-monitors`, by metrics, by warnings.
//!
//! Each number has one actor that writes it, and is read without asking that actor, since the reader wants to know most
//! when nobody answers. A number is an atomic that is only counted or set; what has several parts (the session, the
//! command that runs) is the latest value of a watch channel, on whose changes nobody waits.
//!
//! | written by | what |
//! |---|---|
//! | frontend | bytes in and out |
//! | parser | the session; requests in both bands; running time out-of-band |
//! | queue | length, holders of the input; requests dropped |
//! | dispatcher | the command that runs; waiting and running time in-band |
//! | responder | error replies, events |

mod durations;
mod list;
#[cfg(feature = "metrics")]
mod metrics;

use std::sync::atomic::{AtomicU64, Ordering};

use actix_qmp_messages::schema::{
    MonitorCommand, MonitorCounts, MonitorHolder, MonitorInfo, MonitorSession, QMPCapability,
};
use actix_qmp_messages::{MonitorId, Oob, QapiEnum, RequestKey, SessionKey};
use tokio::sync::watch;
use tokio::time::Instant;

pub(crate) use self::durations::Durations;
pub(crate) use self::list::Listed;
pub use self::list::MonitorList;
use crate::request_span::as_micros;

/// A number that grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one monitor counts.
#[derive(Debug)]
pub(crate) struct Statistics {
    monitor: MonitorId,
    chardev: String,
    session: watch::Sender<Option<MonitorSession>>,
    running: watch::Sender<Option<RunningCommand>>,
    queue_length: AtomicU64,
    /// A bit for each holder.
    holders: AtomicU64,
    pub(crate) sessions: Counter,
    pub(crate) in_band: Counter,
    pub(crate) out_of_band: Counter,
    pub(crate) dropped: Counter,
    pub(crate) errors: Counter,
    pub(crate) events: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
    pub(crate) in_band_waiting: Durations,
    pub(crate) in_band_running: Durations,
    pub(crate) out_of_band_running: Durations,
}

/// The in-band command that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunningCommand {
    pub(crate) request: RequestKey,
    pub(crate) name: &'static str,
    pub(crate) since: Instant,
}

impl Statistics {
    pub(crate) fn new(monitor: MonitorId, chardev: String) -> Self {
        Self {
            monitor,
            chardev,
            session: watch::Sender::new(None),
            running: watch::Sender::new(None),
            queue_length: AtomicU64::new(0),
            holders: AtomicU64::new(0),
            sessions: Counter::default(),
            in_band: Counter::default(),
            out_of_band: Counter::default(),
            dropped: Counter::default(),
            errors: Counter::default(),
            events: Counter::default(),
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            in_band_waiting: Durations::default(),
            in_band_running: Durations::default(),
            out_of_band_running: Durations::default(),
        }
    }

    pub(crate) fn monitor(&self) -> MonitorId {
        self.monitor
    }

    /// A client connected.
    pub(crate) fn session_started(&self, session: SessionKey, peer: &str) {
        self.sessions.add(1);
        let (session, peer) = (session.session.0, peer.to_owned());
        set(&self.session, Some(MonitorSession { session, peer, negotiated: false, capabilities: Vec::new() }));
    }

    /// The client is in command mode.
    pub(crate) fn session_negotiated(&self, oob: Oob) {
        self.session.send_if_modified(|session| {
            if let Some(session) = session {
                session.negotiated = true;
                session.capabilities = match oob {
                    Oob::Enabled => vec![QMPCapability::Oob],
                    Oob::Disabled => Vec::new(),
                };
            }
            false
        });
    }

    /// The client is gone.
    pub(crate) fn session_ended(&self) {
        set(&self.session, None);
    }

    /// How things stand in the queue.
    pub(crate) fn set_queue(&self, length: usize, holders: impl Iterator<Item = MonitorHolder>) {
        self.queue_length.store(length as u64, Ordering::Relaxed);
        self.holders.store(holders.fold(0, |bits, holder| bits | bit(holder)), Ordering::Relaxed);
    }

    /// The dispatcher runs a command from now on, or none.
    pub(crate) fn set_running(&self, running: Option<RunningCommand>) {
        set(&self.running, running);
    }

    pub(crate) fn running(&self) -> Option<RunningCommand> {
        *self.running.borrow()
    }

    /// All of it, as it stands now.
    pub(crate) fn read(&self) -> MonitorInfo {
        let holders = self.holders.load(Ordering::Relaxed);
        MonitorInfo {
            monitor: self.monitor.0,
            chardev: self.chardev.clone(),
            session: self.session.borrow().clone(),
            suspended_by: all_holders().filter(|holder| holders & bit(*holder) != 0).collect(),
            queue_length: self.queue_length.load(Ordering::Relaxed),
            running: self.running().map(RunningCommand::told),
            counts: self.counts(),
            in_band_waiting: self.in_band_waiting.read(),
            in_band_running: self.in_band_running.read(),
            out_of_band_running: self.out_of_band_running.read(),
        }
    }

    fn counts(&self) -> MonitorCounts {
        MonitorCounts {
            sessions: self.sessions.read(),
            in_band: self.in_band.read(),
            out_of_band: self.out_of_band.read(),
            dropped: self.dropped.read(),
            errors: self.errors.read(),
            events: self.events.read(),
            bytes_in: self.bytes_in.read(),
            bytes_out: self.bytes_out.read(),
        }
    }
}

impl RunningCommand {
    fn told(self) -> MonitorCommand {
        MonitorCommand {
            command: self.name.to_owned(),
            session: self.request.session.session.0,
            sequence: self.request.sequence.0,
            running_us: as_micros(self.since.elapsed()),
        }
    }
}

/// Replaces a value on whose changes nobody waits, so nobody is notified either.
fn set<T>(place: &watch::Sender<T>, value: T) {
    place.send_if_modified(|current| {
        *current = value;
        false
    });
}

fn all_holders() -> impl Iterator<Item = MonitorHolder> {
    MonitorHolder::VALUES.iter().map(|(_, holder)| *holder)
}

fn bit(holder: MonitorHolder) -> u64 {
    1 << holder as u64
}

#[cfg(test)]
mod tests;
