//! What events cost a session's own requests: round trips out-of-band, one a millisecond, while events come.

use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bench::connection::{Connection, Socket};
use crate::bench::events::ticks::Ticks;
use crate::bench::options::GrowthExtent;
use crate::bench::process::cpu_time;
use crate::bench::report::Row;
use crate::bench::servers::OwnServer;
use crate::bench::statistics::Quartiles;
use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

const RATES: [u64; 7] = [0, 1_000, 10_000, 20_000, 50_000, 100_000, 200_000];
const REQUEST: &[u8] = b"{\"exec-oob\": \"take\", \"id\": 1}\n";
const EVERY: Duration = Duration::from_millis(1);

/// Each rate is measured in so many parts, in turn with the others: other work of the machine must not look like growth.
const ROUNDS: u32 = 5;

/// Of one rate of events.
#[derive(Debug, Serialize)]
pub struct EventRateFigures {
    /// Events due in a second.
    pub due_per_second: u64,
    /// Events that came in a second.
    pub events_per_second: f64,
    /// A round trip out-of-band, in microseconds; each part's median.
    pub oob_us: Quartiles,
    /// The server's CPU time, in percent of one CPU.
    pub cpu_percent: f64,
}

/// The parts of one rate, added up.
#[derive(Default)]
struct Parts {
    medians_us: Vec<f64>,
    events: u64,
    seconds: f64,
    cpu: Duration,
}

/// The session that gets the events.
struct Session {
    server: OwnServer,
    socket: Socket,
    ticks: Ticks,
    /// Replies that must have come by now.
    replies: u64,
    buffer: Vec<u8>,
}

pub(super) fn measure(extent: GrowthExtent) -> Vec<Row<EventRateFigures>> {
    match Session::start() {
        Ok(mut session) => {
            let parts = session.rounds(extent);
            RATES
                .into_iter()
                .enumerate()
                .map(|(at, rate)| Row::new(format!("{rate}/s"), figures(at, rate, &parts)))
                .collect()
        }
        Err(failure) => vec![Row::new("events".to_owned(), Err(failure))],
    }
}

fn figures(at: usize, rate: u64, parts: &Outcome<[Parts; RATES.len()]>) -> Outcome<EventRateFigures> {
    let parts = &parts.as_ref().map_err(Failure::new)?[at];
    Ok(EventRateFigures {
        due_per_second: rate,
        events_per_second: parts.events as f64 / parts.seconds,
        oob_us: Quartiles::of_some(parts.medians_us.clone())?,
        cpu_percent: parts.cpu.as_secs_f64() * 100.0 / parts.seconds,
    })
}

impl Session {
    fn start() -> Outcome<Self> {
        let server = OwnServer::start_embedder("event-monitor", 1)?;
        let socket = Connection::open_session(&server.monitor(0)?, &["oob"])?.into_socket()?;
        socket.set_nonblocking()?;
        Ok(Self { server, socket, ticks: Ticks::default(), replies: 0, buffer: vec![0; 64 * 1024] })
    }

    fn rounds(&mut self, extent: GrowthExtent) -> Outcome<[Parts; RATES.len()]> {
        let mut all: [Parts; RATES.len()] = Default::default();
        for _ in 0..ROUNDS {
            for (rate, parts) in RATES.into_iter().zip(&mut all) {
                self.part(rate, extent.point / ROUNDS, parts)?;
            }
        }
        Ok(all)
    }

    fn part(&mut self, rate: u64, length: Duration, parts: &mut Parts) -> Outcome {
        let first = self.ticks.next;
        let events = (rate as f64 * length.as_secs_f64()) as u64;
        if events > 0 {
            let arguments = format!("{{\"count\": {events}, \"per-second\": {rate}}}");
            self.send(
                format!("{{\"exec-oob\": \"grant-ticks\", \"arguments\": {arguments}, \"id\": 1}}\n").as_bytes(),
            )?;
        }
        let cpu_before = cpu_time(self.server.pid())?;
        let started = Instant::now();
        let mut took_us = Vec::new();
        let mut due = started + EVERY;
        while started.elapsed() < length || self.ticks.next < first + events {
            if started.elapsed() > length + DEADLINE {
                return Err(Failure::new(format!("{} of {events} events came", self.ticks.next - first)));
            }
            self.read_until(due, None)?;
            let sent = Instant::now();
            self.send(REQUEST)?;
            self.read_until(sent + DEADLINE, Some(self.replies))?;
            took_us.push(sent.elapsed().as_secs_f64() * 1e6);
            due = (due + EVERY).max(Instant::now());
        }
        parts.seconds += started.elapsed().as_secs_f64();
        parts.cpu += cpu_time(self.server.pid())?.saturating_sub(cpu_before);
        parts.events += events;
        parts.medians_us.push(Quartiles::of_some(took_us)?.median);
        Ok(())
    }

    fn send(&mut self, request: &[u8]) -> Outcome {
        self.replies += 1;
        // So short that it fits: the monitor takes its input at once.
        self.socket.write_all(request).context("cannot send")
    }

    /// Reads until then, or until so many replies have come, which must happen before.
    fn read_until(&mut self, end: Instant, replies: Option<u64>) -> Outcome {
        loop {
            if replies.is_some_and(|replies| self.ticks.replies >= replies) {
                return Ok(());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return replies.map_or(Ok(()), |_| Err(Failure::new("the server is silent")));
            }
            if self.socket.has_input(left)? {
                let count = self.socket.receive(&mut self.buffer)?;
                self.ticks.take(&self.buffer[..count])?;
            }
        }
    }
}
