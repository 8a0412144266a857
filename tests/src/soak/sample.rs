//! What the program has at a moment.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bench::process::resident_bytes;
use crate::program::DEADLINE;
use crate::{Failure, Outcome};

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Sample {
    pub(super) seconds: f64,
    pub(super) resident_bytes: u64,
    pub(super) descriptors: usize,
    pub(super) threads: usize,
}

impl Sample {
    pub(super) fn of(pid: u32, at: Duration) -> Outcome<Self> {
        let count = |of: &str| fs::read_dir(format!("/proc/{pid}/{of}")).map(Iterator::count);
        let (descriptors, threads) = (count("fd")?, count("task")?);
        Ok(Self { seconds: at.as_secs_f64(), resident_bytes: resident_bytes(pid)?, descriptors, threads })
    }

    pub(super) fn words(&self) -> String {
        let mebibytes = self.resident_bytes as f64 / f64::from(1 << 20);
        format!("{mebibytes:.1} MiB, {} descriptors, {} threads", self.descriptors, self.threads)
    }

    pub(super) fn is_back_at(&self, base: Self, allowance: u64) -> Outcome {
        let back = self.descriptors <= base.descriptors
            && self.threads <= base.threads
            && self.resident_bytes <= base.resident_bytes + allowance;
        if back { Ok(()) } else { Err(Failure::new(format!("it had {}, and now {}", base.words(), self.words()))) }
    }
}

/// Once nothing changes for a tenth of a second: what the last clients had is given back by then.
pub(super) fn settled(pid: u32) -> Outcome<Sample> {
    let started = Instant::now();
    let mut now = Sample::of(pid, Duration::ZERO)?;
    loop {
        thread::sleep(Duration::from_millis(100));
        let next = Sample::of(pid, Duration::ZERO)?;
        if (next.descriptors, next.threads) == (now.descriptors, now.threads) || started.elapsed() > DEADLINE {
            return Ok(next);
        }
        now = next;
    }
}
