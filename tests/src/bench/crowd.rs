//! Many connections at once, each on a monitor of its own with several requests in flight: the commands a second of all, and
//! what each connection gets of them. One connection alone takes its turn beside them.

use std::time::Instant;

mod line_up;
mod shares;

use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;

pub use line_up::start;
use shares::Shares;

use super::connection::{Connection, expect_return};
use super::options::Extent;
use super::pipeline::{Load, slice_of_one};
use super::process::cpu_time;
use super::report::{CrowdFigures, Row, RowOutcome};
use super::requests::IN_BAND;
use super::servers::{Availability, MonitorServer};
use super::statistics::Quartiles;
use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

/// One line of the table.
#[derive(Debug)]
pub struct Candidate {
    name: String,
    crowd: Availability<Crowd>,
}

/// The connections to one server.
#[derive(Debug)]
struct Crowd {
    connections: Vec<Connection>,
    /// Tells which of them have something to read, by their place in the list.
    ready: OwnedFd,
    in_flight: usize,
    /// Commands a slice, of all connections together.
    commands: usize,
    alone: Load,
    server: MonitorServer,
}

#[derive(Debug, Default)]
struct Slices {
    per_second: Vec<f64>,
    cpu_us: Vec<f64>,
    to_one: Vec<f64>,
    shares: Vec<Shares>,
}

/// Measures all candidates, a slice each in turn.
pub fn measure(mut candidates: Vec<Candidate>, extent: Extent) -> Vec<Row<CrowdFigures>> {
    let mut slices: Vec<Slices> = candidates.iter().map(|_| Slices::default()).collect();
    let started = Instant::now();
    for _ in 0..extent.slices {
        // A slice takes longer than one of a single connection.
        if started.elapsed().as_secs() >= 2 * extent.pipeline_seconds {
            break;
        }
        for (candidate, slices) in candidates.iter_mut().zip(&mut slices) {
            let Availability::There(crowd) = &mut candidate.crowd else { continue };
            if let Err(failure) = crowd.turn(slices) {
                candidate.crowd = Availability::Broken(failure.to_string());
            }
        }
    }
    candidates.into_iter().zip(slices).map(|(candidate, slices)| row(candidate, slices)).collect()
}

impl Crowd {
    fn turn(&mut self, slices: &mut Slices) -> Outcome {
        let (took, _) = slice_of_one(&mut self.alone)?;
        let alone_per_second = self.alone.commands as f64 / took.as_secs_f64();

        let cpu_before = cpu_time(self.server.pid())?;
        let started = Instant::now();
        let answered = self.slice(started)?;
        let took = started.elapsed();
        let cpu = cpu_time(self.server.pid())?.saturating_sub(cpu_before);
        self.drain(&answered)?;

        let total = answered.iter().sum::<usize>() as f64;
        let per_second = total / took.as_secs_f64();
        slices.per_second.push(per_second);
        slices.cpu_us.push(cpu.as_secs_f64() * 1e6 / total);
        slices.to_one.push(per_second / alone_per_second);
        slices.shares.extend(Shares::of(&answered));
        Ok(())
    }

    /// Sends one request for each answer until there were enough, and tells how many each connection got. What is in flight
    /// then is still to come.
    fn slice(&mut self, started: Instant) -> Outcome<Vec<usize>> {
        let mut answered = vec![0; self.connections.len()];
        for connection in &mut self.connections {
            connection.send(IN_BAND.repeat(self.in_flight).as_bytes())?;
        }
        let mut total = 0;
        while total < self.commands {
            for at in self.wait(started)? {
                let connection = &mut self.connections[at];
                let came = connection.receive_lines(expect_return)?;
                answered[at] += came;
                total += came;
                connection.send(IN_BAND.repeat(came).as_bytes())?;
            }
        }
        Ok(answered)
    }

    /// Exactly what is in flight must come, and nothing else.
    fn drain(&mut self, answered: &[usize]) -> Outcome {
        for (connection, answered) in self.connections.iter_mut().zip(answered) {
            let mut came = 0;
            while came < self.in_flight {
                came += connection.receive_lines(expect_return)?;
            }
            if came > self.in_flight || !connection.is_silent()? {
                let sent = answered + self.in_flight;
                return Err(Failure::new(format!("more answers than the {sent} requests of one connection")));
            }
        }
        Ok(())
    }

    fn wait(&self, started: Instant) -> Outcome<Vec<usize>> {
        let mut events = Vec::with_capacity(self.connections.len());
        let at_most = Timespec { tv_sec: 1, tv_nsec: 0 };
        epoll::wait(&self.ready, rustix::buffer::spare_capacity(&mut events), Some(&at_most)).context("epoll")?;
        if started.elapsed() > DEADLINE {
            return Err(Failure::new("the connections do not get their answers"));
        }
        Ok(events.iter().map(|event| event.data.u64() as usize).collect())
    }
}

fn row(candidate: Candidate, slices: Slices) -> Row<CrowdFigures> {
    let outcome = match candidate.crowd {
        Availability::Absent(reason) => RowOutcome::NotMeasured { reason },
        Availability::Broken(reason) => RowOutcome::Failed { reason },
        Availability::There(crowd) => figures(&crowd, slices)
            .map_or_else(|| RowOutcome::Failed { reason: "no slice was completed".to_owned() }, RowOutcome::Measured),
    };
    Row { name: candidate.name, outcome }
}

fn figures(crowd: &Crowd, slices: Slices) -> Option<CrowdFigures> {
    let of = |share: fn(&Shares) -> f64| Quartiles::of(slices.shares.iter().map(share).collect());
    Some(CrowdFigures {
        connections: crowd.connections.len(),
        per_second: Quartiles::of(slices.per_second)?,
        cpu_us: Quartiles::of(slices.cpu_us)?,
        to_one: Quartiles::of(slices.to_one)?,
        least_share: of(|shares| shares.least)?,
        most_share: of(|shares| shares.most)?,
    })
}
