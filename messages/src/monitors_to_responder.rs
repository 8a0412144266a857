//! Embedder → responder: which monitors there are.
//!
//! Bound: one message per monitor.

use actix::{Message, Recipient};

use crate::{MonitorId, ResponderToFrontend, ResponderToQueue, Style};

/// How much output may wait for a client that doesn't read, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputLimits {
    /// Above this the monitor is suspended until half has drained.
    pub suspend_above: usize,
    /// Above this the session is closed with a warning.
    pub close_above: usize,
}

impl Default for OutputLimits {
    fn default() -> Self {
        Self { suspend_above: 1024 * 1024, close_above: 16 * 1024 * 1024 }
    }
}

impl OutputLimits {
    /// How many bytes the frontend may have written without saying so.
    #[must_use]
    pub fn report_every(&self) -> usize {
        (self.suspend_above / 4).clamp(1, 64 * 1024)
    }
}

/// A monitor joins.
#[derive(Message)]
#[rtype(result = "()")]
pub struct AddMonitorToResponder {
    /// The monitor.
    pub monitor: MonitorId,
    /// How it writes.
    pub style: Style,
    /// How much may wait.
    pub limits: OutputLimits,
    /// The capabilities its greeting offers.
    pub oob: crate::Oob,
    /// Its frontend.
    pub frontend: Recipient<ResponderToFrontend>,
    /// Its queue.
    pub queue: Recipient<ResponderToQueue>,
}

/// Finish the monitor's session: what was answered goes out, then the connection is closed.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct FinishMonitor {
    /// The monitor.
    pub monitor: MonitorId,
}
