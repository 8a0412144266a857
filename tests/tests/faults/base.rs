//! What a program has while nobody is connected.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use actix_qmp_tests::bench::process::resident_bytes;
use actix_qmp_tests::program::DEADLINE;
use actix_qmp_tests::{Failure, Outcome, Program};
use serde_json::json;

/// Memory that the allocator may keep of what was used once.
const RESIDENT_ALLOWANCE: u64 = 16 << 20;

/// Descriptors, threads and memory of a program at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    descriptors: usize,
    threads: usize,
    resident: u64,
}

fn entries(pid: u32, of: &str) -> usize {
    fs::read_dir(format!("/proc/{pid}/{of}")).map_or(0, Iterator::count)
}

impl Base {
    /// After one session, which makes what is made once.
    pub(crate) fn of(program: &Program) -> Outcome<Self> {
        drop(program.session(&[])?);
        // Whoever opened the sockets is a thread of the runtime, which ends ten seconds later. It doesn't count.
        let (pid, started) = (program.pid(), Instant::now());
        let mut now = Self::now(pid)?;
        loop {
            thread::sleep(Duration::from_millis(10));
            let next = Self::now(pid)?;
            if (next.descriptors, next.threads) == (now.descriptors, now.threads) || started.elapsed() > DEADLINE {
                return Ok(next);
            }
            now = next;
        }
    }

    fn now(pid: u32) -> Outcome<Self> {
        let (descriptors, threads) = (entries(pid, "fd"), entries(pid, "task"));
        Ok(Self { descriptors, threads, resident: resident_bytes(pid)? })
    }

    /// The next client is answered, and all that was taken has been given back.
    pub(crate) fn is_back(&self, program: &Program) -> Outcome {
        let mut client = program.session(&[])?;
        client.execute("query-status", json!({}))?;
        drop(client);
        let started = Instant::now();
        loop {
            let now = Self::now(program.pid())?;
            let is_back = now.descriptors <= self.descriptors
                && now.threads <= self.threads
                && now.resident <= self.resident + RESIDENT_ALLOWANCE;
            if is_back {
                return Ok(());
            }
            if started.elapsed() > DEADLINE {
                return Err(Failure::new(format!("at rest there were {self:?}, and now there are {now:?}")));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}
