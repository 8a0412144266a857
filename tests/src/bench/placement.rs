//! On which CPUs this process runs, and with it every server that it starts: children inherit it.

use std::fmt;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::Serialize;

use super::options::PlacementChoice;
use crate::{Context, Failure, Outcome};

/// Where a part of the run takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// All processes on this CPU.
    Pinned(usize),
    /// Wherever the scheduler puts them.
    Unpinned,
}

impl fmt::Display for Placement {
    /// As headings of tables have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned(cpu) => write!(f, "all pinned to CPU {cpu}"),
            Self::Unpinned => f.write_str("unpinned (for information)"),
        }
    }
}

/// The placements asked for, the one that counts first. `pin` is taken if this process may run there, otherwise the
/// first CPU where it may.
///
/// # Errors
/// If the system does not tell where that is.
pub fn chosen(choice: PlacementChoice, pin: usize) -> Outcome<Vec<Placement>> {
    let allowed = allowed()?;
    let cpu = if allowed.is_set(pin) {
        pin
    } else {
        (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)).ok_or_else(|| Failure::new("no CPU is allowed"))?
    };
    Ok(match choice {
        PlacementChoice::Both => vec![Placement::Pinned(cpu), Placement::Unpinned],
        PlacementChoice::Pinned => vec![Placement::Pinned(cpu)],
        PlacementChoice::Unpinned => vec![Placement::Unpinned],
    })
}

/// The CPUs where this process may run now.
///
/// # Errors
/// If the system does not tell.
pub fn allowed() -> Outcome<CpuSet> {
    sched_getaffinity(None).context("cannot read the CPU affinity")
}

/// Moves the calling thread, and what it starts from now on, to `placement`. `at_start` is what was allowed then.
///
/// # Errors
/// If the system refuses.
pub fn enter(placement: Placement, at_start: &CpuSet) -> Outcome {
    let set = match placement {
        Placement::Unpinned => *at_start,
        Placement::Pinned(cpu) => {
            let mut set = CpuSet::new();
            set.set(cpu);
            set
        }
    };
    sched_setaffinity(None, &set).context("cannot set the CPU affinity")
}
