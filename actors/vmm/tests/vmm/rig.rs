//! A machine on a thread of its own, so that a test can watch it while its "main thread" is stuck.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Arbiter, Handler, MailboxError};
use actix_qmp::{Command, MachineReady, QmpError, ShutdownTrigger};
use qmp_vmm::events::MachineEvent;
use qmp_vmm::machine::memory::GuestRam;
use qmp_vmm::machine::runstate::{Autostart, RunState};
use qmp_vmm::machine::{Machine, MachineConfig, OutOfBand, TurnOn};
use qmp_vmm::options::Incoming;
use tokio_util::sync::CancellationToken;

/// Nothing here takes long; whatever takes longer hangs.
pub(crate) const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Rig {
    pub(crate) machine: Addr<Machine>,
    pub(crate) ram: GuestRam,
    pub(crate) out_of_band: OutOfBand,
    pub(crate) exit: ShutdownTrigger,
    events: Receiver<MachineEvent>,
    main: Arbiter,
    /// For sockets and cores.
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn config() -> MachineConfig {
    MachineConfig {
        name: Some("rig".into()),
        memory_bytes: 8 << 20,
        cpus: 2,
        autostart: Autostart::Yes,
        incoming: None,
    }
}

pub(crate) fn waiting() -> MachineConfig {
    MachineConfig { incoming: Some(Incoming::Defer), ..config() }
}

pub(crate) fn paused() -> MachineConfig {
    MachineConfig { autostart: Autostart::No, ..config() }
}

/// Holds back whoever emits `DUMP_COMPLETED`, until it is dropped.
pub(crate) struct DumpGate(CancellationToken);

impl Drop for DumpGate {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Rig {
    pub(crate) fn new(config: MachineConfig) -> Self {
        Self::with_sink(config, |_| {})
    }

    /// A running machine whose dumps don't end before the gate is dropped. They have told the event by then.
    pub(crate) fn with_gate() -> (Self, DumpGate) {
        let gate = CancellationToken::new();
        let opened = gate.clone();
        let rig = Self::with_sink(config(), move |event| {
            while name(event) == "DUMP_COMPLETED" && !opened.is_cancelled() {
                std::thread::yield_now();
            }
        });
        rig.event_named("RESUME");
        (rig, DumpGate(gate))
    }

    fn with_sink(config: MachineConfig, then: impl Fn(&MachineEvent) + Send + Sync + 'static) -> Self {
        let (emitted, events) = channel();
        let sink = move |event: MachineEvent| {
            // A test that has ended listens no more.
            let _ = emitted.send(event.clone());
            then(&event);
        };
        let exit = ShutdownTrigger::default();
        let machine = Machine::new(config, Arc::new(sink), exit.clone(), MachineReady::from_the_start()).unwrap();
        let (ram, out_of_band) = (machine.ram(), machine.out_of_band());
        let main = Arbiter::new();
        let machine = Machine::start_in_arbiter(&main.handle(), |_| machine);
        machine.try_send(TurnOn).unwrap();
        Self { machine, ram, out_of_band, exit, events, main, folder: tempfile::tempdir().unwrap() }
    }

    /// A running machine, past its first event.
    pub(crate) fn running() -> Self {
        let rig = Self::new(config());
        rig.event_named("RESUME");
        rig
    }

    pub(crate) async fn send<C>(&self, command: C) -> Result<C::Return, String>
    where
        C: Command,
        Machine: Handler<C>,
        <Machine as Actor>::Context: ToEnvelope<Machine, C>,
    {
        let answer: Result<Result<C::Return, QmpError>, MailboxError> = self.machine.send(command).await;
        answer.unwrap().map_err(|error| error.desc().to_owned())
    }

    pub(crate) async fn state(&self) -> RunState {
        self.send(qmp_vmm::qapi::commands::QueryStatus).await.unwrap().status
    }

    /// The next event.
    pub(crate) fn event(&self) -> MachineEvent {
        self.events.recv_timeout(SOON).unwrap()
    }

    /// The names of the events so far.
    pub(crate) fn events(&self) -> Vec<&'static str> {
        self.events.try_iter().map(|event| name(&event)).collect()
    }

    /// Waits for an event, over others.
    pub(crate) fn event_named(&self, wanted: &str) -> MachineEvent {
        let deadline = Instant::now() + SOON;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).unwrap_or_else(|_| panic!("no {wanted}"));
            if name(&event) == wanted {
                return event;
            }
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes something recognisable to RAM, so that it isn't all zeros and small numbers.
    pub(crate) fn mark_ram(&self) {
        for (index, range) in self.ram.ranges().into_iter().flat_map(|range| range.chunks(65536)).enumerate() {
            self.ram.write(range.start + 100, format!("page {index}").as_bytes()).unwrap();
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.out_of_band.yank.close();
        self.main.stop();
    }
}

pub(crate) fn name(event: &MachineEvent) -> &'static str {
    match event {
        MachineEvent::Stop => "STOP",
        MachineEvent::Resume => "RESUME",
        MachineEvent::Reset(_) => "RESET",
        MachineEvent::Powerdown => "POWERDOWN",
        MachineEvent::Shutdown(_) => "SHUTDOWN",
        MachineEvent::Migration(_) => "MIGRATION",
        MachineEvent::DumpCompleted(_) => "DUMP_COMPLETED",
    }
}

/// Waits until `look` finds what it looks for.
pub(crate) async fn until<T: Debug>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::task::yield_now().await;
    }
}
