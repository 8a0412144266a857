//! Whether the machine is built: until then only commands run that allow it (`allow-preconfig`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_qmp_messages::QmpError;

/// Tells the monitors that the machine is built; from [`crate::MonitorsBuilder::preconfig`]. Works from any thread.
#[derive(Debug, Clone)]
pub struct MachineReady(Arc<AtomicBool>);

impl MachineReady {
    /// Of a machine that is built before there are monitors: all commands run from the beginning.
    #[must_use]
    pub fn from_the_start() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// All commands run from now on.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the machine is built.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn unset(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// When a command may run.
#[derive(Debug, Clone)]
pub(crate) enum Availability {
    /// Always.
    Always,
    /// Once the machine is built.
    WhenReady(MachineReady),
}

impl Availability {
    pub(crate) fn check(&self, command: &str) -> Result<(), QmpError> {
        match self {
            Self::WhenReady(ready) if !ready.is_set() => Err(QmpError::generic(format!(
                "The command '{command}' is permitted only after machine initialization has completed"
            ))),
            Self::Always | Self::WhenReady(_) => Ok(()),
        }
    }
}
