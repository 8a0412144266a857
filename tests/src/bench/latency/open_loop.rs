//! Requests that are due at a fixed rate, whether or not earlier answers have come. A request's time counts from when it
//! was due, so that what holds the client up counts as well.

use std::io::{ErrorKind, Write};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use memchr::memchr;
use rustix::event::PollFlags;

use super::answers::{Answers, Fate};
use crate::bench::connection::{Connection, Socket};
use crate::bench::readiness::is_ready;
use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

const BUFFER_BYTES: usize = 64 * 1024;

/// What is sent, without its end, which is the `id`.
pub(super) type RequestStart = &'static str;

/// A connection that requests are sent on.
#[derive(Debug)]
pub(super) struct OpenLoop {
    socket: Socket,
    request: RequestStart,
    /// The start of a line whose end has not come.
    pending: Vec<u8>,
    /// What the peer has not taken yet.
    unsent: Vec<u8>,
    buffer: Vec<u8>,
}

/// What a slice came to.
#[derive(Debug)]
pub(super) struct Slice {
    /// From being due to the answer, in nanoseconds; dropped ones are left out.
    pub(super) latencies: Histogram<u64>,
    pub(super) dropped: u64,
    /// From the first being due to the last answer.
    pub(super) took: Duration,
}

impl OpenLoop {
    pub(super) fn new(connection: Connection, request: RequestStart) -> Outcome<Self> {
        let socket = connection.into_socket()?;
        socket.set_nonblocking()?;
        Ok(Self { socket, request, pending: Vec::new(), unsent: Vec::new(), buffer: vec![0; BUFFER_BYTES] })
    }

    /// Sends so many at this rate, and waits for all answers.
    ///
    /// # Errors
    /// If one does not come, or comes twice, or is an error.
    pub(super) fn slice(&mut self, requests: usize, per_second: u32) -> Outcome<Slice> {
        let mut answers = Answers::to(requests);
        let latencies =
            Histogram::new_with_max(Duration::from_secs(60).as_nanos() as u64, 3).context("no histogram")?;
        let started = Instant::now();
        let due = |request: usize| started + Duration::from_secs_f64(request as f64 / f64::from(per_second));
        let mut slice = Slice { latencies, dropped: 0, took: Duration::ZERO };
        let (mut next, last) = (0, due(requests) + DEADLINE);
        while answers.missing > 0 {
            let now = Instant::now();
            if now > last {
                return Err(Failure::new(format!("{} of {requests} requests have no answer", answers.missing)));
            }
            while next < requests && due(next) <= now {
                self.unsent.extend_from_slice(self.request.as_bytes());
                self.unsent.extend_from_slice(format!("{next}}}\n").as_bytes());
                next += 1;
            }
            self.send()?;
            let until = if next < requests { due(next) } else { last };
            self.wait(until.saturating_duration_since(Instant::now()))?;
            self.receive(&mut answers, |request, now| {
                let latency = now.saturating_duration_since(due(request));
                slice.latencies.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
            })?;
        }
        slice.took = started.elapsed();
        slice.dropped = answers.dropped;
        Ok(slice)
    }

    fn send(&mut self) -> Outcome {
        while !self.unsent.is_empty() {
            match self.socket.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error).context("cannot send"),
            }
        }
        Ok(())
    }

    fn wait(&self, at_most: Duration) -> Outcome {
        let interest = if self.unsent.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        is_ready(&self.socket, interest, at_most).map(drop)
    }

    /// Reads what is there.
    fn receive(&mut self, answers: &mut Answers, mut returned: impl FnMut(usize, Instant)) -> Outcome {
        let count = self.socket.receive(&mut self.buffer)?;
        let now = Instant::now();
        self.pending.extend_from_slice(&self.buffer[..count]);
        let mut start = 0;
        while let Some(length) = memchr(b'\n', &self.pending[start..]) {
            let end = start + length + 1;
            if let Some((request, Fate::Returned)) = answers.take(&self.pending[start..end])? {
                returned(request, now);
            }
            start = end;
        }
        self.pending.drain(..start);
        Ok(())
    }
}
