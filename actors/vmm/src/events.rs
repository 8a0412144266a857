//! The sink that the machine emits its events to.

use std::sync::Arc;

use actix_qmp::EventEmitter;

use crate::qapi::events;

/// Any event of this VMM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineEvent {
    /// `STOP`
    Stop,
    /// `RESUME`
    Resume,
    /// `RESET`
    Reset(events::Reset),
    /// `POWERDOWN`
    Powerdown,
    /// `SHUTDOWN`
    Shutdown(events::Shutdown),
    /// `MIGRATION`
    Migration(events::Migration),
    /// `DUMP_COMPLETED`
    DumpCompleted(events::DumpCompleted),
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
            MachineEvent::Stop => self.emit(events::Stop),
            MachineEvent::Resume => self.emit(events::Resume),
            MachineEvent::Reset(event) => self.emit(event),
            MachineEvent::Powerdown => self.emit(events::Powerdown),
            MachineEvent::Shutdown(event) => self.emit(event),
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
