//! Many connections at once, each on a monitor of its own with several requests in flight: the commands a second of all, and
//! what each connection gets of them. One connection alone takes its turn beside them.

use std::time::{Duration, Instant};

mod line_up;
mod shares;

use shares::Shares;

use super::connection::{Connection, expect_return};
use super::options::Options;
use super::pipeline::{Load, slice_of_one};
use super::process::cpu_time;
use super::readiness::Watch;
use super::report::{CrowdFigures, Row};
use super::requests::IN_BAND;
use super::servers::{Availability, MonitorServer};
use super::statistics::Quartiles;
use super::turns::{self, Rounds};
use crate::program::DEADLINE;
use crate::{Failure, Outcome};

/// One line of the table.
#[derive(Debug)]
struct Candidate {
    name: String,
    crowd: Availability<Crowd>,
}

/// The connections to one server.
#[derive(Debug)]
struct Crowd {
    connections: Vec<Connection>,
    /// Tells which of them have something to read, by their place in the list.
    watch: Watch,
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
pub fn measure(options: &Options) -> Vec<Row<CrowdFigures>> {
    let (mut candidates, extent) = (line_up::start(options), options.extent());
    let mut slices: Vec<Slices> = candidates.iter().map(|_| Slices::default()).collect();
    // A slice takes longer than one of a single connection.
    let rounds = Rounds { at_most: 2 * extent.pipelined.at_most, ..extent.pipelined };
    let all = candidates.iter_mut().map(|candidate| &mut candidate.crowd).zip(&mut slices);
    turns::take(rounds, all, Crowd::turn);
    let row = |(candidate, slices): (Candidate, _)| {
        Row::new(candidate.name, candidate.crowd.then(|crowd| figures(&crowd, slices)))
    };
    candidates.into_iter().zip(slices).map(row).collect()
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
        let (mut total, mut ready) = (0, Vec::new());
        while total < self.commands {
            if started.elapsed() > DEADLINE {
                return Err(Failure::new("the connections do not get their answers"));
            }
            self.watch.wait(Duration::from_secs(1), &mut ready)?;
            for at in ready.drain(..) {
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
}

fn figures(crowd: &Crowd, slices: Slices) -> Outcome<CrowdFigures> {
    let of = |share: fn(&Shares) -> f64| Quartiles::of_some(slices.shares.iter().map(share).collect());
    Ok(CrowdFigures {
        connections: crowd.connections.len(),
        per_second: Quartiles::of_some(slices.per_second)?,
        cpu_us: Quartiles::of_some(slices.cpu_us)?,
        to_one: Quartiles::of_some(slices.to_one)?,
        least_share: of(|shares| shares.least)?,
        most_share: of(|shares| shares.most)?,
    })
}
