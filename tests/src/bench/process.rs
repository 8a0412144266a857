//! What the system counts for a process: CPU time and resident memory.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::{Context, Failure, Outcome};

/// A server with 10,000 sessions takes three for each.
const ENOUGH_FILES: u64 = 32 * 1024;

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

/// Lets this process, and those it starts, open as many files as the system allows.
///
/// # Errors
/// If the system refuses.
pub fn raise_file_limit() -> Outcome {
    let limit = getrlimit(Resource::Nofile);
    // Who is privileged may have more.
    let enough = Rlimit { current: Some(ENOUGH_FILES), maximum: Some(ENOUGH_FILES) };
    let is_enough = limit.maximum.is_none_or(|maximum| maximum >= ENOUGH_FILES);
    if !is_enough && setrlimit(Resource::Nofile, enough).is_ok() {
        return Ok(());
    }
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
        .context("cannot raise the limit of open files")
}
