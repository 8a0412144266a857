//! The status of one migration: set by whoever carries it out, read by anyone.
//!
//! ```text
//!   setup ──connected──▶ active ──committed──▶ completed
//!     │  └───error───┐      │ └────error────▶ failed
//!     └─cancel─▶ cancelling ◀─cancel─┘
//!                    └──worker has ended──▶ cancelled
//! ```
//!
//! Each step is one atomic change, so a cancellation and a failure that meet leave one of the two, never a mix.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::events::{Events, MachineEvent};
use crate::machine::memory::PAGE_SIZE;
use crate::qapi::{MigrationInfo, MigrationStats, MigrationStatus, events};

/// A handle to the status; clones share it.
#[derive(Clone)]
pub struct Progress {
    now: watch::Sender<Snapshot>,
    events: Events,
}

/// The status at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Snapshot {
    status: Option<MigrationStatus>,
    error: Option<String>,
    ram: RamProgress,
    started: Instant,
    setup: Option<Duration>,
    total: Option<Duration>,
    downtime: Option<Duration>,
}

/// RAM on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RamProgress {
    /// Bytes of RAM.
    pub total: u64,
    /// Bytes of RAM that the running pass has yet to look at.
    pub remaining: u64,
    /// Bytes sent, framing included.
    pub transferred: u64,
    /// Pages of zeros.
    pub zero_pages: u64,
    /// Pages with content.
    pub normal_pages: u64,
    /// Passes that were begun.
    pub passes: u64,
}

impl Progress {
    /// A migration that hasn't begun; its steps are emitted to `events`.
    #[must_use]
    pub fn new(events: Events) -> Self {
        let now = Snapshot {
            status: None,
            error: None,
            ram: RamProgress::default(),
            started: Instant::now(),
            setup: None,
            total: None,
            downtime: None,
        };
        Self { now: watch::Sender::new(now), events }
    }

    /// The status; `None` before the first [`begin`](Self::begin).
    #[must_use]
    pub fn status(&self) -> Option<MigrationStatus> {
        self.now.borrow().status
    }

    /// Whether a migration is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.status().is_some_and(MigrationStatus::is_under_way)
    }

    /// Begins a migration, unless one is under way or has been completed.
    #[must_use]
    pub fn begin(&self) -> Begun {
        let began = self.step(|now| {
            let over = matches!(now.status, None | Some(MigrationStatus::Failed | MigrationStatus::Cancelled));
            over.then(|| {
                now.started = Instant::now();
                now.error = None;
                MigrationStatus::Setup
            })
        });
        if began.is_some() { Begun::Yes } else { Begun::AlreadyBegun }
    }

    /// Takes a begin back that came to nothing, so that the next one can.
    pub fn not_begun(&self) {
        self.now.send_modify(|now| now.status = None);
    }

    /// The peers are connected and agree.
    pub fn activate(&self) {
        self.step(|now| {
            now.setup = Some(now.started.elapsed());
            (now.status == Some(MigrationStatus::Setup)).then_some(MigrationStatus::Active)
        });
    }

    /// Asks for the end of a migration that is under way; whoever carries it out then calls [`fail`](Self::fail).
    ///
    /// Returns whether there was something to cancel.
    #[must_use]
    pub fn cancel(&self) -> bool {
        let cancelled = self.step(|now| {
            matches!(now.status, Some(MigrationStatus::Setup | MigrationStatus::Active))
                .then_some(MigrationStatus::Cancelling)
        });
        cancelled.is_some()
    }

    /// It ended without success: failed, or cancelled if that was asked for.
    pub fn fail(&self, error: &impl ToString) {
        self.step(|now| match now.status {
            Some(MigrationStatus::Cancelling) => Some(MigrationStatus::Cancelled),
            Some(MigrationStatus::Setup | MigrationStatus::Active) => {
                now.error = Some(error.to_string());
                Some(MigrationStatus::Failed)
            }
            None | Some(MigrationStatus::Cancelled | MigrationStatus::Completed | MigrationStatus::Failed) => None,
        });
    }

    /// The machine is on the other side; the guest stood still for `downtime`.
    pub fn complete(&self, downtime: Option<Duration>) {
        self.step(|now| {
            now.total = Some(now.started.elapsed());
            now.downtime = downtime;
            Some(MigrationStatus::Completed)
        });
    }

    /// Tells how RAM goes.
    pub fn set_ram(&self, ram: RamProgress) {
        self.now.send_modify(|now| now.ram = ram);
    }

    /// What `query-migrate` says of an outgoing migration.
    #[must_use]
    pub fn outgoing_info(&self) -> MigrationInfo {
        let now = self.now.borrow().clone();
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let detailed = matches!(
            now.status,
            Some(MigrationStatus::Active | MigrationStatus::Cancelling | MigrationStatus::Completed)
        );
        MigrationInfo {
            status: now.status,
            ram: detailed.then(|| stats(now.ram)),
            total_time: detailed.then(|| milliseconds(now.total.unwrap_or_else(|| now.started.elapsed()))),
            setup_time: now.setup.filter(|_| detailed).map(milliseconds),
            downtime: now.downtime.map(milliseconds),
            error_desc: now.error,
            socket_address: None,
        }
    }

    /// What `query-migrate` says of an incoming migration, but for its address.
    #[must_use]
    pub fn incoming_info(&self) -> MigrationInfo {
        let now = self.now.borrow().clone();
        // QEMU tells no status before the source is connected.
        let status = now.status.filter(|status| *status != MigrationStatus::Setup);
        MigrationInfo { status, error_desc: now.error, ..MigrationInfo::default() }
    }

    /// Makes a step if `next` says so, and emits the event.
    fn step(&self, next: impl FnOnce(&mut Snapshot) -> Option<MigrationStatus>) -> Option<MigrationStatus> {
        let mut stepped = None;
        self.now.send_if_modified(|now| {
            stepped = next(now);
            if let Some(status) = stepped {
                now.status = stepped;
                // Within the change: two threads' steps must be told in the order in which they were made.
                self.events.emit(MachineEvent::Migration(events::Migration { status }));
            }
            stepped.is_some()
        });
        if let Some(status) = stepped {
            tracing::info!(?status, "migration_changed");
        }
        stepped
    }
}

/// Whether [`Progress::begin`] began a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It did.
    Yes,
    /// One is under way or done.
    AlreadyBegun,
}

fn stats(ram: RamProgress) -> MigrationStats {
    MigrationStats {
        transferred: ram.transferred,
        remaining: ram.remaining,
        total: ram.total,
        duplicate: ram.zero_pages,
        normal: ram.normal_pages,
        normal_bytes: ram.normal_pages * PAGE_SIZE as u64,
        dirty_sync_count: ram.passes,
        page_size: PAGE_SIZE as u64,
        precopy_bytes: ram.transferred,
        ..MigrationStats::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn progress() -> (Progress, Receiver<MachineEvent>) {
        let (events, seen) = channel();
        (Progress::new(Arc::new(move |event| events.send(event).unwrap())), seen)
    }

    fn statuses(seen: &Receiver<MachineEvent>) -> Vec<MigrationStatus> {
        seen.try_iter()
            .map(|event| {
                let MachineEvent::Migration(change) = event else { panic!("{event:?}") };
                change.status
            })
            .collect()
    }

    #[test]
    fn every_step_is_an_event_and_the_end_is_final() {
        let (progress, seen) = progress();
        assert_eq!(progress.begin(), Begun::Yes);
        assert_eq!(progress.begin(), Begun::AlreadyBegun);
        progress.activate();
        progress.complete(None);
        progress.fail(&"late");
        assert!(!progress.cancel());
        assert_eq!(progress.begin(), Begun::AlreadyBegun);
        assert_eq!(statuses(&seen), [MigrationStatus::Setup, MigrationStatus::Active, MigrationStatus::Completed]);
    }

    #[test]
    fn a_failure_after_a_cancellation_is_the_cancellation() {
        let (progress, seen) = progress();
        assert!(!progress.cancel());
        assert_eq!(progress.begin(), Begun::Yes);
        assert!(progress.cancel());
        progress.activate();
        progress.fail(&"connection shut down");
        assert_eq!(statuses(&seen), [MigrationStatus::Setup, MigrationStatus::Cancelling, MigrationStatus::Cancelled]);
        assert_eq!(progress.outgoing_info().error_desc, None);
    }

    #[test]
    fn a_failure_is_told_and_forgotten_with_the_next_begin() {
        let (progress, _seen) = progress();
        assert_eq!(progress.begin(), Begun::Yes);
        progress.fail(&"no way");
        assert_eq!(progress.outgoing_info().error_desc.as_deref(), Some("no way"));
        assert_eq!(progress.begin(), Begun::Yes);
        assert_eq!(progress.outgoing_info().error_desc, None);
        progress.not_begun();
        assert_eq!(progress.outgoing_info(), MigrationInfo::default());
    }
}
