//! Round trips, one request at a time, targets taking turns. Each turn's median is set against the echo's of the same
//! round, so that what disturbs the machine for a while disturbs both.

use std::time::Duration;

mod candidate;

use hdrhistogram::Histogram;

pub use self::candidate::{Against, Candidate, Meanwhile, Target};
use super::options::Extent;
use super::report::{RoundTripFigures, Row};
use super::statistics::Quartiles;
use super::turns;
use crate::{Context, Failure, Outcome};

/// Round trips a turn.
const TURN: usize = 100;

/// The turns of one candidate.
struct Turns {
    medians_ns: Vec<f64>,
    all: Histogram<u64>,
}

/// Measures all candidates; the first is the echo that the others are set against.
///
/// # Errors
/// If times can't be recorded. A candidate that breaks off is a line of the table, not an error.
pub fn measure(mut candidates: Vec<Candidate>, extent: Extent) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let mut turns = Vec::new();
    for _ in &candidates {
        turns.push(Turns { medians_ns: Vec::new(), all: histogram()? });
    }
    let all = candidates.iter_mut().map(|candidate| &mut candidate.target).zip(&mut turns);
    turns::take(extent.round_trips, all, turn);
    Ok(rows(candidates, &turns))
}

fn turn(target: &mut Target, turns: &mut Turns) -> Outcome {
    if let Some(meanwhile) = &mut target.meanwhile {
        meanwhile.start()?;
    }
    let mut this = histogram()?;
    for _ in 0..TURN {
        let took = target.connection.round_trip(target.request.as_bytes(), target.check)?;
        this.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }
    if let Some(meanwhile) = &mut target.meanwhile {
        meanwhile.stop()?;
    }
    turns.medians_ns.push(this.value_at_quantile(0.5) as f64);
    turns.all.add(&this).context("histograms that don't fit")
}

fn histogram() -> Outcome<Histogram<u64>> {
    Histogram::new_with_max(Duration::from_secs(60).as_nanos() as u64, 3).context("no histogram")
}

fn rows(candidates: Vec<Candidate>, turns: &[Turns]) -> Vec<Row<RoundTripFigures>> {
    let names: Vec<String> = candidates.iter().map(|candidate| candidate.name.clone()).collect();
    let turns_of = |against: &Against| names.iter().position(|name| name == against.name()).map(|at| &turns[at]);
    let row = |(candidate, own): (Candidate, &Turns)| {
        let against = candidate.against.and_then(|against| Some((turns_of(&against)?, against)));
        Row::new(candidate.name, candidate.target.then(|_| figures(own, &turns[0], against)))
    };
    candidates.into_iter().zip(turns).map(row).collect()
}

fn figures(own: &Turns, echo: &Turns, against: Option<(&Turns, Against)>) -> Outcome<RoundTripFigures> {
    let ratios = |other: &Turns| Quartiles::of_ratios(&own.medians_ns, &other.medians_ns);
    let (to_idle, to_two_threads) = match against {
        Some((idle, Against::Idle(_))) => (ratios(idle), None),
        Some((two_threads, Against::TwoThreads(_))) => (None, ratios(two_threads)),
        None => (None, None),
    };
    Ok(RoundTripFigures {
        p50_us: Quartiles::of_some(own.medians_ns.clone())?.median / 1000.0,
        p99_us: p99(own) / 1000.0,
        to_echo: ratios(echo).ok_or_else(|| Failure::new("the echo was not measured"))?,
        p99_to_echo: p99(own) / p99(echo),
        to_two_threads,
        to_idle,
        round_trips: own.all.len(),
    })
}

fn p99(turns: &Turns) -> f64 {
    turns.all.value_at_quantile(0.99) as f64
}
