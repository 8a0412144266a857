//! A server under callgrind, and what callgrind counted.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::workload::{SESSIONS, Workload};
use crate::bench::servers::OwnServer;
use crate::{Context, Failure, Outcome};

/// Why nothing can be counted here, if so.
pub(super) fn absent() -> Option<String> {
    if cfg!(debug_assertions) {
        return Some("this is a debug build; run it with --release".to_owned());
    }
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) { None } else { Some("valgrind is not installed".to_owned()) }
}

/// Instructions of one operation: half of the difference that twice as many make.
///
/// # Errors
/// If an operation fails, or nothing was counted.
pub(super) fn per_operation(workload: &Workload) -> Outcome<u64> {
    let once = total(workload, workload.operations)?;
    let twice = total(workload, 2 * workload.operations)?;
    let difference = twice.checked_sub(once).ok_or_else(|| Failure::new("twice the work took less"))?;
    Ok(difference / workload.operations)
}

fn total(workload: &Workload, operations: u64) -> Outcome<u64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("callgrind.out");
    let out = format!("--callgrind-out-file={}", file.display());
    let wrapper = ["valgrind", "-q", "--tool=callgrind", &out].map(OsStr::new);
    let server = OwnServer::start_under(&wrapper, "event-monitor", Some(OsStr::new(SESSIONS)))?;
    (workload.run)(&server, operations).context(workload.name)?;
    server.end()?;
    counted(&file)
}

fn counted(file: &Path) -> Outcome<u64> {
    let text = fs::read_to_string(file).context("callgrind has written nothing")?;
    in_profile(&text).ok_or_else(|| Failure::new("callgrind's output has no sum"))
}

/// The sum of a profile; its only event is instructions.
fn in_profile(profile: &str) -> Option<u64> {
    let sum = |name| profile.lines().find_map(|line| line.strip_prefix(name));
    sum("totals: ").or_else(|| sum("summary: "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_found_wherever_it_stands() {
        assert_eq!(in_profile("version: 1\nevents: Ir\nsummary: 12\n\nfn=(1)\n1 12\n"), Some(12));
        assert_eq!(in_profile("events: Ir\nfn=(1)\n1 12\ntotals: 345\n"), Some(345));
        assert_eq!(in_profile("events: Ir\n"), None);
    }
}
