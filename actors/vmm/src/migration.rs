//! Moving a machine to another process while it runs.
//!
//! ```text
//!              source                                            destination
//!   main            migration-out                      migration-in             main
//!    │  migrate ────────▶│ connect, hello ───────────────▶│ accept, check
//!    │                   │◀──────────────── accepted ─────│
//!    │   (guest runs)    │ pages, again and again ───────▶│ into RAM        (guest waits)
//!    │◀── converged ─────│                                │
//!    │ stop the guest                                     │
//!    │ last pages, state, end ───────────────────────────▶│ check
//!    │◀────────────────────────────────── loaded ─────────│
//!    │ commit ───────────────────────────────────────────▶│── arrived ─────────▶│ run
//!  postmigrate
//! ```
//!
//! The last phase runs **on the source's main thread**, as in the VMMs of this family: nothing else may touch the
//! machine then. If the peer stops reading or never answers, the main thread waits for it and in-band commands wait
//! too; `yank`, out-of-band, shuts the connection down and so ends that wait. The guest then runs on where it was.
//!
//! The guest never runs twice: the source gives it up before it sends `commit`, and the destination starts it only on
//! `commit`. If the connection breaks between the two, it runs nowhere until somebody says `cont` to the source.
//!
//! The stream is plain text without a proof of who speaks: use UNIX sockets (mode 0600) or a network that you trust.

pub mod address;
pub mod connection;
pub mod incoming;
pub mod outgoing;
pub mod progress;
pub mod stream;
pub mod yank;

use serde::{Deserialize, Serialize};

use crate::machine::cpu::CpuState;
use crate::machine::memory::RamError;
use crate::machine::runstate::RunState;
use crate::migration::connection::ConnectError;
use crate::migration::stream::StreamError;
use crate::qapi::MigrationStatus;

impl MigrationStatus {
    /// Whether it is not over yet.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Setup | Self::Active | Self::Cancelling)
    }
}

/// The state of the machine beside its RAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceState {
    /// What the machine was doing before it was stopped for the last phase.
    pub run_state: RunState,
    /// Registers, one entry for each vCPU.
    pub cpus: Vec<CpuState>,
}

/// Why a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The stream broke, or is no stream of ours.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The other machine doesn't take this one.
    #[error("The destination refused: {0}")]
    Refused(String),
    /// This machine doesn't take the other one.
    #[error("{0}")]
    Mismatch(String),
    /// A bug of ours, or a stream with addresses outside of RAM.
    #[error(transparent)]
    Ram(#[from] RamError),
}
