//! Events to many sessions: one emitter, a thread of its own in the server, and one client thread that reads all sessions
//! and looks at each event. Numbers of sessions take turns, and so do those with one more session that is never read.

pub(super) mod readers;
pub(super) mod ticks;

use serde::Serialize;

use self::readers::{Deaf, Readers};
use super::options::EventExtent;
use super::process::cpu_time;
use super::report::Row;
use super::servers::{Availability, OwnServer};
use super::statistics::Quartiles;
use super::turns;
use crate::{Failure, Outcome};

/// Sessions that are read, sessions that are not, and the line that it is set against, which takes its turn just before.
const LINES: [(usize, usize, Option<usize>); 4] = [(1, 0, None), (256, 0, None), (16, 0, None), (15, 1, Some(2))];

/// Events before the first that are counted.
const WARM_UP: u64 = 20_000;

/// Of events to many sessions.
#[derive(Debug, Serialize)]
pub struct EventFigures {
    /// Events emitted.
    pub events: u64,
    /// Events that reached a reading client, in a second, slice by slice.
    pub deliveries_per_second: Quartiles,
    /// Events emitted in a second, slice by slice.
    pub emits_per_second: Quartiles,
    /// The server's CPU time for a delivery, in microseconds, slice by slice.
    pub cpu_us: Quartiles,
    /// Events a second over those of the same round with as many sessions that are all read.
    pub to_all_read: Option<Quartiles>,
    /// How often the monitor closed a session that was not read.
    pub closed: usize,
}

struct Line {
    readers: Readers,
    deaf: Vec<Deaf>,
    server: OwnServer,
}

#[derive(Debug, Default)]
struct Slices {
    events: u64,
    emits_per_second: Vec<f64>,
    cpu_us: Vec<f64>,
}

/// Measures all lines, a slice each in turn.
pub fn measure(extent: EventExtent) -> Vec<Row<EventFigures>> {
    let mut lines = LINES.map(|(read, unread, _)| Availability::from(Line::start(read, unread)));
    let mut slices = LINES.map(|_| Slices::default());
    turns::take(extent.rounds, lines.iter_mut().zip(&mut slices), |line, slices| {
        line.slice(extent.events / extent.rounds.count as u64, slices)
    });
    let rates = slices.each_ref().map(|slices| slices.emits_per_second.clone());
    let mut rows = Vec::new();
    for (((read, unread, other), line), slices) in LINES.into_iter().zip(lines).zip(slices) {
        let name = match unread {
            0 => format!("{read} read"),
            _ => format!("{read} read, {unread} never read"),
        };
        let all_read = other.map(|other| &rates[other][..]);
        rows.push(Row::new(name, line.then(|line| figures(read, &line, slices, all_read))));
    }
    rows
}

impl Line {
    fn start(read: usize, unread: usize) -> Outcome<Self> {
        let server = OwnServer::start_embedder("event-monitor", read + unread)?;
        let readers = Readers::open(&server, read)?;
        let deaf = (read..read + unread).map(Deaf::new).collect();
        let mut line = Self { readers, deaf, server };
        // Until the allocator has got used to the work, it is another one.
        line.slice(WARM_UP, &mut Slices::default())?;
        Ok(line)
    }

    fn slice(&mut self, events: u64, slices: &mut Slices) -> Outcome {
        for deaf in &mut self.deaf {
            deaf.reopen(&self.server)?;
        }
        let cpu_before = cpu_time(self.server.pid())?;
        let took = self.readers.read(events)?;
        let cpu = cpu_time(self.server.pid())?.saturating_sub(cpu_before);
        if events == 0 {
            return Err(Failure::new("a slice without events"));
        }
        slices.events += events;
        slices.emits_per_second.push(events as f64 / took.as_secs_f64());
        slices.cpu_us.push(cpu.as_secs_f64() * 1e6 / events as f64);
        Ok(())
    }
}

fn figures(read: usize, line: &Line, slices: Slices, all_read: Option<&[f64]>) -> Outcome<EventFigures> {
    let scaled = |figures: &[f64], factor: f64| Quartiles::of_some(figures.iter().map(|it| it * factor).collect());
    let emits = &slices.emits_per_second;
    Ok(EventFigures {
        events: slices.events,
        deliveries_per_second: scaled(emits, read as f64)?,
        emits_per_second: scaled(emits, 1.0)?,
        cpu_us: scaled(&slices.cpu_us, 1.0 / read as f64)?,
        to_all_read: all_read.and_then(|all| Quartiles::of_ratios(emits, all)),
        closed: line.deaf.iter().map(|deaf| deaf.closed).sum(),
    })
}
