//! What the system counts for a process: CPU time, resident memory, threads.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{Context, Failure, Outcome};

/// The time that the threads which the process has now were on a CPU, in the scheduler's nanoseconds: the ticks of
/// `/proc/PID/stat` are too coarse for a slice.
///
/// # Errors
/// If the process has ended.
pub fn cpu_time(pid: u32) -> Outcome<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the process has ended")? {
        // A thread may end between the two.
        let Ok(counts) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        let first = counts.split(' ').next().unwrap_or_default();
        nanoseconds += first.parse::<u64>().context("schedstat has no number")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The time that the calling thread was on a CPU.
pub fn cpu_time_of_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs().try_into().unwrap_or(0))
}

/// Resident memory in bytes, counted page by page: the sum in `/proc/PID/status` lags behind on several CPUs.
///
/// # Errors
/// If the process has ended.
pub fn resident_bytes(pid: u32) -> Outcome<u64> {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("the process has ended")?;
    let line = maps.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes = kilobytes.ok_or_else(|| Failure::new("no Rss in smaps_rollup"))?;
    Ok(kilobytes.parse::<u64>().context("Rss is no number")? * 1024)
}

/// The most memory in bytes that was resident at once, as far as the system has noticed.
///
/// # Errors
/// If the process has ended.
pub fn peak_resident_bytes(pid: u32) -> Outcome<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes = kilobytes.ok_or_else(|| Failure::new("no VmHWM in status"))?;
    Ok(kilobytes.parse::<u64>().context("VmHWM is no number")? * 1024)
}

/// Makes what is resident now the most that was resident at once.
///
/// # Errors
/// If the process has ended, or the system can't.
pub fn reset_peak(pid: u32) -> Outcome {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("the peak of resident memory is not reset")
}

/// A thread of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its name.
    pub name: String,
    /// How often it has gone to sleep by itself: each time something woke it up again.
    pub wake_ups: u64,
}

/// The threads that a process has now, by their ids.
///
/// # Errors
/// If the process has ended.
pub fn threads(pid: u32) -> Outcome<BTreeMap<String, Thread>> {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the process has ended")? {
        let task = task?;
        // A thread may end between the two.
        let Ok(status) = fs::read_to_string(task.path().join("status")) else { continue };
        let thread = thread(&status).ok_or_else(|| Failure::new("status does not tell a thread's switches"))?;
        threads.insert(task.file_name().to_string_lossy().into_owned(), thread);
    }
    Ok(threads)
}

fn thread(status: &str) -> Option<Thread> {
    let value = |key: &str| status.lines().find_map(|line| Some(line.strip_prefix(key)?.trim().to_owned()));
    Some(Thread { name: value("Name:")?, wake_ups: value("voluntary_ctxt_switches:")?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_name_and_switches_are_found() {
        let status = "Name:\tactix-rt:worker\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t17\n\
                      nonvoluntary_ctxt_switches:\t4\n";
        assert_eq!(thread(status), Some(Thread { name: "actix-rt:worker".into(), wake_ups: 17 }));
        assert_eq!(thread("Name:\tx\n"), None);
    }
}
