//! The machine: an actor that owns RAM, vCPUs and run state, and handles one message per command.
//!
//! It lives on the main arbiter. Two of its handlers keep that thread for long, on purpose:
//! `dump-guest-memory` without `detach`, until the file is written, and the last phase of an outgoing migration, until
//! the peer has taken it. What must work meanwhile doesn't need the actor: see [`OutOfBand`].
//!
//! Edges in: the commands; [`TurnOn`] and [`TurnOff`]; [`reports::WorkerReport`] from the threads. Edges out: [`crate::events`];
//! the trigger that says that the process is to end.

pub mod cpu;
pub mod digest;
mod dumping;
mod inventory;
pub mod memory;
mod migrating;
pub mod reports;
mod run_control;
pub mod runstate;
pub mod vcpu;

use std::io;

use actix::{Actor, AsyncContext, Context, StreamHandler};
use actix_qmp::{MachineReady, QmpError, ShutdownTrigger};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use crate::events::{Events, MachineEvent};
use crate::machine::cpu::Workload;
use crate::machine::dumping::Dumps;
use crate::machine::memory::{GuestRam, RamError};
use crate::machine::reports::{REPORTS, WorkerReport};
use crate::machine::runstate::{Autostart, RunState};
use crate::machine::vcpu::Vcpus;
use crate::migration::incoming::{Incoming, IncomingThread};
use crate::migration::outgoing::Outgoing;
use crate::migration::yank::YankRegistry;
use crate::options;

pub use run_control::{TurnOff, TurnOn};

/// What a machine is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineConfig {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Bytes of RAM, whole pages.
    pub memory_bytes: u64,
    /// Number of vCPUs.
    pub cpus: u16,
    /// Whether it starts on its own.
    pub autostart: Autostart,
    /// Whether it waits for a migration.
    pub incoming: Option<options::Incoming>,
}

impl From<&options::Options> for MachineConfig {
    fn from(options: &options::Options) -> Self {
        Self {
            name: options.name.clone(),
            memory_bytes: options.memory.bytes(),
            cpus: options.cpus,
            autostart: if options.paused { Autostart::No } else { Autostart::Yes },
            incoming: options.incoming.clone(),
        }
    }
}

/// Why a machine can't be built.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// No RAM.
    #[error(transparent)]
    Ram(#[from] RamError),
    /// No threads.
    #[error("Cannot start a thread: {}", crate::os_error::words(.0))]
    Thread(#[from] io::Error),
    /// `--incoming` with an address that can't be listened on.
    #[error("--incoming {uri}: {error}")]
    Incoming {
        /// The address.
        uri: String,
        /// What is wrong.
        error: QmpError,
    },
}

/// The part of the machine that needs none of its threads: what out-of-band handlers use.
#[derive(Clone)]
pub struct OutOfBand {
    /// `migrate-incoming`
    pub incoming: Incoming,
    /// `yank`, `query-yank`
    pub yank: YankRegistry,
}

/// Ends whatever the machine's threads may wait for; for the end of the process, from any thread, also while the main
/// thread is stuck.
#[derive(Debug, Clone)]
pub struct EmergencyStop {
    dumps: CancellationToken,
    yank: YankRegistry,
}

impl EmergencyStop {
    /// Cuts migrations and dumps off, those too that have yet to begin.
    pub fn pull(&self) {
        self.dumps.cancel();
        self.yank.close();
    }
}

/// The machine. Dropping it ends its threads: it shuts down what they may wait for and joins them.
pub struct Machine {
    name: Option<String>,
    ram: GuestRam,
    vcpus: Vcpus,
    state: RunState,
    autostart: Autostart,
    events: Events,
    dumps: Dumps,
    outgoing: Option<Outgoing>,
    out_of_band: OutOfBand,
    incoming_thread: Option<IncomingThread>,
    reports: Sender<WorkerReport>,
    /// Taken by the actor when it starts.
    reports_in: Option<Receiver<WorkerReport>>,
    exit: ShutdownTrigger,
    ready: MachineReady,
}

impl Machine {
    /// Builds a machine; it begins to run with [`TurnOn`], or with `x-exit-preconfig` if it isn't `ready` by then. `exit` is
    /// triggered when the machine has shut down and the process is to end.
    ///
    /// # Errors
    /// When the host doesn't have what it takes.
    pub fn new(
        config: MachineConfig,
        events: Events,
        exit: ShutdownTrigger,
        ready: MachineReady,
    ) -> Result<Self, SetUpError> {
        let ram = GuestRam::new(config.memory_bytes)?;
        let vcpus = Vcpus::start(config.cpus, &Workload::new(ram.clone()))?;
        let yank = YankRegistry::default();
        let (reports, reports_in) = channel(REPORTS);
        let (incoming, incoming_thread) = match &config.incoming {
            None => (Incoming::absent(events.clone()), None),
            Some(_) => {
                let cpus = usize::from(config.cpus);
                let (incoming, thread) =
                    Incoming::deferred(ram.clone(), cpus, events.clone(), yank.clone(), reports.clone())?;
                (incoming, Some(thread))
            }
        };
        let machine = Self {
            name: config.name,
            ram,
            vcpus,
            state: if config.incoming.is_some() { RunState::Inmigrate } else { RunState::Prelaunch },
            autostart: config.autostart,
            events,
            dumps: Dumps::default(),
            outgoing: None,
            out_of_band: OutOfBand { incoming, yank },
            incoming_thread,
            reports,
            reports_in: Some(reports_in),
            exit,
            ready,
        };
        if let Some(options::Incoming::Uri(uri)) = config.incoming {
            let started = machine.out_of_band.incoming.start(&uri);
            // On an error the machine is dropped here, and with it its threads.
            started.map_err(|error| SetUpError::Incoming { uri, error })?;
        }
        Ok(machine)
    }

    /// What works without the main thread.
    #[must_use]
    pub fn out_of_band(&self) -> OutOfBand {
        self.out_of_band.clone()
    }

    /// What frees the main thread when the process is to end.
    #[must_use]
    pub fn emergency_stop(&self) -> EmergencyStop {
        EmergencyStop { dumps: self.dumps.cancellation(), yank: self.out_of_band.yank.clone() }
    }

    /// The machine's RAM, shared.
    #[must_use]
    pub fn ram(&self) -> GuestRam {
        self.ram.clone()
    }

    /// Lets the guest run.
    fn run_guest(&mut self) {
        self.state = RunState::Running;
        // First, so that nobody sees a guest at work that isn't said to run.
        self.emit(MachineEvent::Resume);
        self.vcpus.run();
    }

    /// Makes the guest stand still in `state`; when this returns, nothing writes to RAM.
    fn halt_guest(&mut self, state: RunState) {
        let ran = self.state.is_running();
        if ran {
            self.vcpus.pause();
        }
        self.state = state;
        if ran {
            self.emit(MachineEvent::Stop);
        }
    }

    /// Goes on as it was before [`halt_guest`](Self::halt_guest).
    fn return_to(&mut self, state: RunState) {
        if state.is_running() { self.run_guest() } else { self.state = state }
    }

    fn emit(&self, event: MachineEvent) {
        self.events.emit(event);
    }
}

impl Actor for Machine {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(mut reports) = self.reports_in.take() {
            ctx.add_stream(futures_util::stream::poll_fn(move |task| reports.poll_recv(task)));
        }
    }
}

impl StreamHandler<WorkerReport> for Machine {
    fn handle(&mut self, report: WorkerReport, _: &mut Self::Context) {
        match report {
            WorkerReport::OutgoingConverged(converged) => self.finish_migration(*converged),
            WorkerReport::Arrived(arrival) => self.take_arrival(arrival),
            WorkerReport::DumpEnded => self.end_detached_dump(),
        }
    }

    // The machine holds a sender itself, so the reports never end before it does.
    fn finished(&mut self, _: &mut Self::Context) {}
}

impl Drop for Machine {
    fn drop(&mut self) {
        // What the threads may wait for, before the fields' drops join them.
        self.emergency_stop().pull();
        self.incoming_thread = None;
    }
}
