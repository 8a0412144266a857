//! Worker threads → machine: what is done and needs the main thread now.
//!
//! Bound: [`REPORTS`]; there is at most one of each worker, so nothing ever waits for room.

use crate::migration::incoming::Arrival;
use crate::migration::outgoing::Converged;

/// Reports that the machine hasn't taken yet.
pub const REPORTS: usize = 4;

/// What a worker thread reports.
pub enum WorkerReport {
    /// Only the last phase of the outgoing migration is missing.
    OutgoingConverged(Box<Converged>),
    /// The incoming migration is here.
    Arrived(Arrival),
    /// A detached dump has ended.
    DumpEnded,
}
