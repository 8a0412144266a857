//! The run state of the machine, under QEMU's names.
//!
//! ```text
//!  prelaunch ──cont──▶ running ◀──────────────┐          inmigrate ──state arrived──▶ running, or what the
//!      ▲                │ ▲ │                 │                                        source was in
//!   reset while     stop│ │cont│dump, migrate │ended, failed
//!   not running         ▼ │    ▼              │
//!      └────────────── paused  save-vm, finish-migrate ──migrated──▶ postmigrate ──cont──▶ running
//! ```
//!
//! A dump or a migration of a machine that does not run goes through `save-vm` or `finish-migrate` too and ends in the
//! state it began in. `shutdown` is the end, from every state.

pub use crate::qapi::RunState;

impl RunState {
    /// Whether the guest runs.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running)
    }

    /// The state after a reset: a machine that doesn't run is as it was before its first instruction, unless it is
    /// stopped for a purpose that goes on.
    #[must_use]
    pub const fn after_reset(self) -> Self {
        match self {
            Self::Prelaunch | Self::Paused | Self::Postmigrate => Self::Prelaunch,
            Self::Running | Self::Inmigrate | Self::FinishMigrate | Self::SaveVm | Self::Shutdown => self,
        }
    }

    /// The state of a machine whose state came by migration from a machine in this state.
    ///
    /// Nothing but the three states that a machine can be migrated in is taken from the stream.
    #[must_use]
    pub const fn after_arrival(self, start: Autostart) -> Self {
        match (self, start) {
            (Self::Running, Autostart::Yes) => Self::Running,
            (Self::Prelaunch, _) => Self::Prelaunch,
            _ => Self::Paused,
        }
    }
}

/// Whether the guest starts on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autostart {
    /// At once.
    Yes,
    /// Only by `cont`.
    No,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_arrives_runs_only_if_both_sides_want_it() {
        assert_eq!(RunState::Running.after_arrival(Autostart::Yes), RunState::Running);
        assert_eq!(RunState::Running.after_arrival(Autostart::No), RunState::Paused);
        assert_eq!(RunState::Paused.after_arrival(Autostart::Yes), RunState::Paused);
        assert_eq!(RunState::Prelaunch.after_arrival(Autostart::Yes), RunState::Prelaunch);
    }

    #[test]
    fn a_reset_leaves_alone_what_goes_on() {
        assert_eq!(RunState::Paused.after_reset(), RunState::Prelaunch);
        assert_eq!(RunState::Postmigrate.after_reset(), RunState::Prelaunch);
        assert_eq!(RunState::Running.after_reset(), RunState::Running);
        assert_eq!(RunState::SaveVm.after_reset(), RunState::SaveVm);
        assert_eq!(RunState::Inmigrate.after_reset(), RunState::Inmigrate);
    }
}
