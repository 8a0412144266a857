//! Handlers that dump RAM.
//!
//! Without `detach` the handler writes the whole file, and the main thread does nothing else meanwhile. With `detach` a
//! thread writes it, and the machine is in `save-vm` until that thread has reported. Either way the guest stands still,
//! and there is one dump at a time.

use std::io;
use std::thread::{self, JoinHandle};

use actix::Handler;
use actix_qmp::{Empty, QmpError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::dump::{Dump, DumpError, DumpPlan, NO_DUMP};
use crate::events::{Events, MachineEvent};
use crate::machine::Machine;
use crate::machine::cpu::CpuState;
use crate::machine::memory::GuestRam;
use crate::machine::reports::WorkerReport;
use crate::machine::runstate::RunState;
use crate::qapi::MigrationStatus;
use crate::qapi::commands::{DumpGuestMemory, QueryDump, QueryDumpGuestMemoryCapability};
use crate::qapi::{DumpGuestMemoryCapability, DumpGuestMemoryFormat, DumpQueryResult, events};

/// The dumps of a machine.
pub(super) struct Dumps {
    progress: watch::Sender<DumpQueryResult>,
    detached: Option<Detached>,
    cancelled: CancellationToken,
}

struct Detached {
    thread: JoinHandle<()>,
    /// What the machine was doing before.
    before: RunState,
}

impl Default for Dumps {
    fn default() -> Self {
        Self { progress: watch::Sender::new(NO_DUMP), detached: None, cancelled: CancellationToken::new() }
    }
}

impl Dumps {
    /// Whether a detached dump runs.
    pub(super) const fn is_running(&self) -> bool {
        self.detached.is_some()
    }

    /// Ends a dump that runs, and all that follow, when it is cancelled.
    pub(super) fn cancellation(&self) -> CancellationToken {
        self.cancelled.clone()
    }
}

impl Drop for Dumps {
    fn drop(&mut self) {
        self.cancelled.cancel();
        if self.detached.take().is_some_and(|detached| detached.thread.join().is_err()) {
            tracing::error!("dump_thread_panicked");
        }
    }
}

/// One dump, ready to be written by any thread.
struct Job {
    dump: Dump,
    ram: GuestRam,
    cpus: Vec<CpuState>,
    progress: watch::Sender<DumpQueryResult>,
    events: Events,
}

impl Job {
    fn run(self) -> Result<(), DumpError> {
        let written = self.dump.write(&self.ram, &self.cpus, &self.progress);
        let result = self.progress.borrow().clone();
        let error = written.as_ref().err().map(ToString::to_string);
        tracing::info!(?result, error, "dump_ended");
        self.events.emit(MachineEvent::DumpCompleted(events::DumpCompleted { result, error }));
        written
    }
}

impl Handler<DumpGuestMemory> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, command: DumpGuestMemory, _: &mut Self::Context) -> Self::Result {
        self.may_dump(&command)?;
        let plan = DumpPlan::new(&command, &self.ram.ranges())?;
        let dump = Dump::open(plan, self.dumps.cancelled.child_token()).map_err(error)?;
        let before = self.state;
        self.halt_guest(RunState::SaveVm);
        let job = Job {
            dump,
            ram: self.ram.clone(),
            cpus: self.vcpus.states(),
            progress: self.dumps.progress.clone(),
            events: self.events.clone(),
        };
        if command.detach == Some(true) {
            let started = self.detach(job, before);
            return started.map(|()| Empty {}).map_err(|reason| {
                self.return_to(before);
                QmpError::generic(format!("Cannot start a thread: {}", crate::os_error::words(&reason)))
            });
        }
        let written = job.run();
        self.return_to(before);
        written.map(|()| Empty {}).map_err(error)
    }
}

impl Machine {
    fn may_dump(&self, command: &DumpGuestMemory) -> Result<(), QmpError> {
        let refusal = if self.state == RunState::Inmigrate && !self.may_dump_before_migration(command) {
            "Dump not allowed during incoming migration."
        } else if self.dumps.is_running() {
            "There is a dump in process, please wait."
        } else if self.state == RunState::Shutdown {
            "The machine is shutting down"
        } else if self.outgoing.as_ref().is_some_and(|outgoing| outgoing.progress().is_under_way()) {
            "disallowing migration blocker (migration/snapshot in progress) for: \
             Live migration disabled: dump-guest-memory in progress"
        } else {
            return Ok(());
        };
        Err(QmpError::generic(refusal))
    }

    /// As long as no source has connected there is nothing in the way. One that connects while the main thread writes
    /// the file is not reported before that is done; a detached dump could not hold it back.
    fn may_dump_before_migration(&self, command: &DumpGuestMemory) -> bool {
        let arriving = self.out_of_band.incoming.info().status.is_some_and(MigrationStatus::is_under_way);
        !arriving && command.detach != Some(true)
    }

    fn detach(&mut self, job: Job, before: RunState) -> io::Result<()> {
        let reports = self.reports.clone();
        let thread = thread::Builder::new().name("dump".into()).spawn(move || {
            // The event has told the error.
            let _ = job.run();
            // A machine that is gone doesn't go on.
            let _ = reports.blocking_send(WorkerReport::DumpEnded);
        })?;
        self.dumps.detached = Some(Detached { thread, before });
        Ok(())
    }

    /// The detached dump has ended: go on as before.
    pub(super) fn end_detached_dump(&mut self) {
        let Some(Detached { thread, before }) = self.dumps.detached.take() else {
            return;
        };
        if thread.join().is_err() {
            tracing::error!("dump_thread_panicked");
        }
        // Not when the machine has been shut down meanwhile.
        if self.state == RunState::SaveVm {
            self.return_to(before);
        }
    }
}

fn error(error: DumpError) -> QmpError {
    QmpError::generic(error.to_string())
}

impl Handler<QueryDump> for Machine {
    type Result = Result<DumpQueryResult, QmpError>;

    fn handle(&mut self, _: QueryDump, _: &mut Self::Context) -> Self::Result {
        Ok(self.dumps.progress.borrow().clone())
    }
}

impl Handler<QueryDumpGuestMemoryCapability> for Machine {
    type Result = Result<DumpGuestMemoryCapability, QmpError>;

    fn handle(&mut self, _: QueryDumpGuestMemoryCapability, _: &mut Self::Context) -> Self::Result {
        Ok(DumpGuestMemoryCapability { formats: vec![DumpGuestMemoryFormat::Elf] })
    }
}
