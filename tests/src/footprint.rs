//! What a program has at a moment: memory, descriptors, threads; whether it is back at what it had, and at rest.

use std::fmt;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bench::process::{cpu_time, resident_bytes};
use crate::program::DEADLINE;
use crate::{Failure, Outcome};

/// In the environment of a program, has its allocator give large pieces back at once. Otherwise glibc keeps memory that is
/// free below some that is in use, up to 64 MiB of large pieces for each thread.
pub const KEEP_NOTHING: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "4096");

/// What a program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Footprint {
    /// Memory.
    pub resident_bytes: u64,
    /// Open files.
    pub descriptors: usize,
    /// Its own and the runtime's.
    pub threads: usize,
}

impl Footprint {
    /// Now.
    ///
    /// # Errors
    /// If the process has ended.
    pub fn of(pid: u32) -> Outcome<Self> {
        let count = |of: &str| fs::read_dir(format!("/proc/{pid}/{of}")).map(Iterator::count);
        let (descriptors, threads) = (count("fd")?, count("task")?);
        Ok(Self { resident_bytes: resident_bytes(pid)?, descriptors, threads })
    }

    /// Once nothing has changed for a tenth of a second: what the last client had is given back by then.
    ///
    /// # Errors
    /// If the process has ended, or never rests.
    pub fn at_rest(pid: u32) -> Outcome<Self> {
        let (started, mut now) = (Instant::now(), Self::of(pid)?);
        while started.elapsed() < DEADLINE {
            thread::sleep(Duration::from_millis(100));
            let next = Self::of(pid)?;
            if (next.descriptors, next.threads) == (now.descriptors, now.threads) {
                return Ok(next);
            }
            now = next;
        }
        Err(Failure::new(format!("the program does not come to rest: {now}")))
    }

    /// Waits until the program has no more than `self`, but for memory that the allocator may keep of what was used once.
    ///
    /// # Errors
    /// If it keeps more.
    pub fn wait_until_back(&self, pid: u32, allowance_bytes: u64) -> Outcome<Self> {
        let (started, mut now) = (Instant::now(), Self::of(pid)?);
        while started.elapsed() < DEADLINE {
            let is_back = now.descriptors <= self.descriptors
                && now.threads <= self.threads
                && now.resident_bytes <= self.resident_bytes + allowance_bytes;
            if is_back {
                return Ok(now);
            }
            thread::sleep(Duration::from_millis(5));
            now = Self::of(pid)?;
        }
        Err(Failure::new(format!("at rest it had {self}, and now it has {now}")))
    }
}

/// Shows that a program takes next to no CPU time while `span` passes: a loop without a pause would take all of it.
///
/// # Errors
/// If it takes more than a twentieth, or has ended.
pub fn is_idle(pid: u32, span: Duration) -> Outcome {
    /// What runs on another CPU is counted at its next tick.
    const TICK: Duration = Duration::from_millis(10);
    let (started, before) = (Instant::now(), cpu_time(pid)?);
    thread::sleep(span);
    let (passed, spent) = (started.elapsed(), cpu_time(pid)?.saturating_sub(before));
    if spent <= passed / 20 + TICK {
        return Ok(());
    }
    Err(Failure::new(format!("nothing is asked of the program, and it took {spent:?} of CPU time in {passed:?}")))
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.resident_bytes as f64 / f64::from(1 << 20);
        write!(f, "{mebibytes:.1} MiB, {} descriptors, {} threads", self.descriptors, self.threads)
    }
}
