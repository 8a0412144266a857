//! Several requests in flight on one connection: commands a second, and the server's CPU time for each.

use std::time::{Duration, Instant};

use super::connection::{Connection, expect_return};
use super::options::Extent;
use super::process::cpu_time;
use super::report::{PipelineFigures, Row, RowOutcome};
use super::requests::IN_BAND;
use super::servers::Availability;
use super::statistics::Quartiles;
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
    let started = Instant::now();
    for _ in 0..extent.slices {
        if started.elapsed().as_secs() >= extent.pipeline_seconds {
            break;
        }
        for (candidate, slices) in candidates.iter_mut().zip(&mut slices) {
            let Availability::There(load) = &mut candidate.load else { continue };
            match slice_of_one(load) {
                Ok((took, cpu)) => {
                    slices.per_second.push(load.commands as f64 / took.as_secs_f64());
                    slices.cpu_us.push(cpu.as_secs_f64() * 1e6 / load.commands as f64);
                }
                Err(failure) => candidate.load = Availability::Broken(failure.to_string()),
            }
        }
    }
    candidates.into_iter().zip(slices).map(|(candidate, slices)| row(candidate, slices)).collect()
}

fn row(candidate: Candidate, slices: Slices) -> Row<PipelineFigures> {
    let outcome = match candidate.load {
        Availability::Absent(reason) => RowOutcome::NotMeasured { reason },
        Availability::Broken(reason) => RowOutcome::Failed { reason },
        Availability::There(_) => match (Quartiles::of(slices.per_second), Quartiles::of(slices.cpu_us)) {
            (Some(per_second), Some(cpu_us)) => RowOutcome::Measured(PipelineFigures { per_second, cpu_us }),
            (_, _) => RowOutcome::Failed { reason: "no slice was completed".to_owned() },
        },
    };
    Row { name: candidate.name, outcome }
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
