//! Several requests in flight on one connection: commands a second, and the server's CPU time for each.

use std::time::{Duration, Instant};

use super::connection::{Connection, expect_return};
use super::options::Extent;
use super::process::cpu_time;
use super::report::{PipelineFigures, Row};
use super::requests::IN_BAND;
use super::servers::Availability;
use super::statistics::Quartiles;
use super::turns;
use crate::{Failure, Outcome};

/// One line of the table.
#[derive(Debug)]
pub struct Candidate {
    /// Its name there.
    pub name: String,
    /// What is measured, if it is there.
    pub load: Availability<Load>,
}

/// A connection on which this many requests are kept in flight.
#[derive(Debug)]
pub struct Load {
    /// The connection, in the mode that is to be measured.
    pub connection: Connection,
    /// Requests in flight.
    pub in_flight: usize,
    /// Commands a slice.
    pub commands: usize,
    /// The server's process.
    pub pid: u32,
}

#[derive(Debug, Default)]
struct Slices {
    per_second: Vec<f64>,
    cpu_us: Vec<f64>,
}

/// Measures all candidates, a slice each in turn.
pub fn measure(mut candidates: Vec<Candidate>, extent: Extent) -> Vec<Row<PipelineFigures>> {
    let mut slices: Vec<Slices> = candidates.iter().map(|_| Slices::default()).collect();
    let all = candidates.iter_mut().map(|candidate| &mut candidate.load).zip(&mut slices);
    turns::take(extent.pipelined, all, |load, slices| {
        let (took, cpu) = slice_of_one(load)?;
        slices.per_second.push(load.commands as f64 / took.as_secs_f64());
        slices.cpu_us.push(cpu.as_secs_f64() * 1e6 / load.commands as f64);
        Ok(())
    });
    let row = |(candidate, slices): (Candidate, _)| Row::new(candidate.name, candidate.load.then(|_| figures(slices)));
    candidates.into_iter().zip(slices).map(row).collect()
}

fn figures(slices: Slices) -> Outcome<PipelineFigures> {
    let (per_second, cpu_us) = (Quartiles::of_some(slices.per_second)?, Quartiles::of_some(slices.cpu_us)?);
    Ok(PipelineFigures { per_second, cpu_us })
}

/// Sends as many as may be in flight, then one for each answer, until all have been answered.
pub(super) fn slice_of_one(load: &mut Load) -> Outcome<(Duration, Duration)> {
    let cpu_before = cpu_time(load.pid)?;
    let started = Instant::now();
    let (mut sent, mut answered) = (load.in_flight.min(load.commands), 0);
    load.connection.send(IN_BAND.repeat(sent).as_bytes())?;
    while answered < load.commands {
        let came = load.connection.receive_lines(expect_return)?;
        answered += came;
        let next = came.min(load.commands - sent);
        sent += next;
        if next > 0 {
            load.connection.send(IN_BAND.repeat(next).as_bytes())?;
        }
    }
    let took = started.elapsed();
    if answered > sent {
        return Err(Failure::new(format!("{sent} requests got {answered} answers")));
    }
    Ok((took, cpu_time(load.pid)?.saturating_sub(cpu_before)))
}
