//! The events of this VMM, and the sink that the machine emits them to.
//!
//! Names and data are those of QEMU's schema.

use std::sync::Arc;

use actix_qmp::{Event, EventEmitter};
use serde::Serialize;

use crate::dump::DumpState;
use crate::migration::MigrationStatus;

/// `STOP`: the guest was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stopped {}

impl Event for Stopped {
    const NAME: &'static str = "STOP";
    const HAS_DATA: bool = false;
}

/// `RESUME`: the guest runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resumed {}

impl Event for Resumed {
    const NAME: &'static str = "RESUME";
    const HAS_DATA: bool = false;
}

/// Why the machine was reset or shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The command `system_reset`.
    HostQmpSystemReset,
    /// The command `quit`.
    HostQmpQuit,
    /// A signal to the process, such as SIGTERM.
    HostSignal,
}

/// `RESET`: the machine was reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MachineReset {
    /// Whether the guest asked for it.
    pub guest: bool,
    /// Why.
    pub reason: Cause,
}

impl Event for MachineReset {
    const NAME: &'static str = "RESET";
}

/// `POWERDOWN`: the guest was asked to power itself down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PowerdownRequested {}

impl Event for PowerdownRequested {
    const NAME: &'static str = "POWERDOWN";
    const HAS_DATA: bool = false;
}

/// `SHUTDOWN`: the machine has shut down, the process is about to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShutDown {
    /// Whether the guest asked for it.
    pub guest: bool,
    /// Why.
    pub reason: Cause,
}

impl Event for ShutDown {
    const NAME: &'static str = "SHUTDOWN";
}

/// `MIGRATION`: a migration, in either direction, came a step further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MigrationChanged {
    /// What it came to.
    pub status: MigrationStatus,
}

impl Event for MigrationChanged {
    const NAME: &'static str = "MIGRATION";
}

/// `DUMP_COMPLETED`: a dump has ended, well or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DumpCompleted {
    /// How far it came.
    pub result: DumpState,
    /// What went wrong, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Event for DumpCompleted {
    const NAME: &'static str = "DUMP_COMPLETED";
}

/// Any event of this VMM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineEvent {
    /// `STOP`
    Stopped(Stopped),
    /// `RESUME`
    Resumed(Resumed),
    /// `RESET`
    Reset(MachineReset),
    /// `POWERDOWN`
    Powerdown(PowerdownRequested),
    /// `SHUTDOWN`
    ShutDown(ShutDown),
    /// `MIGRATION`
    Migration(MigrationChanged),
    /// `DUMP_COMPLETED`
    DumpCompleted(DumpCompleted),
}

/// Where the machine and its threads emit events to.
///
/// `emit` is called from any thread, must not block, and has no error: an event that can't be delivered is the sink's
/// to report.
pub trait EventSink: Send + Sync {
    /// Emits one event.
    fn emit(&self, event: MachineEvent);
}

impl<F: Fn(MachineEvent) + Send + Sync> EventSink for F {
    fn emit(&self, event: MachineEvent) {
        self(event);
    }
}

impl EventSink for EventEmitter {
    fn emit(&self, event: MachineEvent) {
        let emitted = match event {
            MachineEvent::Stopped(event) => self.emit(event),
            MachineEvent::Resumed(event) => self.emit(event),
            MachineEvent::Reset(event) => self.emit(event),
            MachineEvent::Powerdown(event) => self.emit(event),
            MachineEvent::ShutDown(event) => self.emit(event),
            MachineEvent::Migration(event) => self.emit(event),
            MachineEvent::DumpCompleted(event) => self.emit(event),
        };
        if let Err(error) = emitted {
            tracing::warn!(%error, "event_not_emitted");
        }
    }
}

/// A shared sink.
pub type Events = Arc<dyn EventSink>;
