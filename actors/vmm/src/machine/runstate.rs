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

use serde::{Deserialize, Serialize};

/// What the machine is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Stopped before its first instruction, or since a reset.
    Prelaunch,
    /// The guest runs.
    Running,
    /// Stopped by `stop`.
    Paused,
    /// Waits for a migration to arrive.
    #[serde(rename = "inmigrate")]
    InMigrate,
    /// Stopped for the last phase of an outgoing migration.
    FinishMigrate,
    /// Stopped because its state has gone to another machine.
    #[serde(rename = "postmigrate")]
    PostMigrate,
    /// Stopped for a dump.
    SaveVm,
    /// At its end.
    Shutdown,
}

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
            Self::Prelaunch | Self::Paused | Self::PostMigrate => Self::Prelaunch,
            Self::Running | Self::InMigrate | Self::FinishMigrate | Self::SaveVm | Self::Shutdown => self,
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
    fn names_on_the_wire_are_those_of_qemu() {
        let names = [
            (RunState::Prelaunch, "prelaunch"),
            (RunState::Running, "running"),
            (RunState::Paused, "paused"),
            (RunState::InMigrate, "inmigrate"),
            (RunState::FinishMigrate, "finish-migrate"),
            (RunState::PostMigrate, "postmigrate"),
            (RunState::SaveVm, "save-vm"),
            (RunState::Shutdown, "shutdown"),
        ];
        for (state, name) in names {
            assert_eq!(serde_json::to_value(state).unwrap(), name);
        }
    }

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
        assert_eq!(RunState::PostMigrate.after_reset(), RunState::Prelaunch);
        assert_eq!(RunState::Running.after_reset(), RunState::Running);
        assert_eq!(RunState::SaveVm.after_reset(), RunState::SaveVm);
        assert_eq!(RunState::InMigrate.after_reset(), RunState::InMigrate);
    }
}
