//! Large requests: framing and parsing beside `serde_json::from_slice` into a `Value` of the same bytes.
//!
//! Both get the same request, in turn, in one process. `from_slice` has it in one piece; the parser in the pieces that a
//! frontend would read, which are there already. What is taken is the thread's CPU time, so that others on the machine do
//! not count. What is made of it is compared outside of the time taken, and thrown
//! away outside of it. A request in single quotes is compared with the same one in double quotes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_qmp::test_support::parse_stream;
use bytes::Bytes;
use serde_json::Value;

mod shape;
mod text;

use self::shape::Shape;
use self::text::Quotes;
use super::options::LargeExtent;
use super::process::cpu_time_of_thread;
use super::report::{LargeRequestFigures, Row, RowOutcome, render_large_requests};
use super::statistics::Quartiles;
use crate::{Context, Failure, Outcome};

/// Sizes of requests.
const SIZES: [usize; 3] = [64 << 10, 1 << 20, 16 << 20];

/// As much as a frontend reads at once.
const CHUNK: usize = 64 << 10;

/// Other sizes of chunks, to see that they make no difference in kind.
const CHUNKS: [usize; 3] = [1, 64, 4 << 10];

/// Timings of one turn are of requests that have at least so many bytes together.
const TURN_BYTES: usize = 1 << 20;

/// What is measured in one row.
#[derive(Debug, Clone, Copy)]
struct Case {
    shape: Shape,
    bytes: usize,
    quotes: Quotes,
    chunk: usize,
}

/// Measures them and nothing else, and prints the tables.
///
/// # Errors
/// If the standard output is gone.
pub fn print(quick: bool, only: &str) -> Outcome<ExitCode> {
    let extent = LargeExtent::new(quick);
    for rows in [measure(extent, only), measure_chunks(extent, only)] {
        println!("{}", render_large_requests(&rows));
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures every shape in every size, and in both kinds of quotes, where the line's name has `only` in it.
pub fn measure(extent: LargeExtent, only: &str) -> Vec<Row<LargeRequestFigures>> {
    let quotes = [Quotes::Double, Quotes::Single];
    let sizes = quotes.into_iter().flat_map(|quotes| SIZES.map(|bytes| (quotes, bytes)));
    let cases = sizes.flat_map(|(quotes, bytes)| Shape::ALL.map(|shape| Case { shape, bytes, quotes, chunk: CHUNK }));
    cases.filter(|case| case.name().contains(only)).map(|case| row(case, extent)).collect()
}

/// Measures two shapes in small chunks and in every size, where the line's name has `only` in it.
pub fn measure_chunks(extent: LargeExtent, only: &str) -> Vec<Row<LargeRequestFigures>> {
    let shapes = [Shape::EscapedString, Shape::BlockNodes];
    let chunks = shapes.into_iter().flat_map(|shape| CHUNKS.map(|chunk| (shape, chunk)));
    let quotes = Quotes::Double;
    let cases = chunks.flat_map(|(shape, chunk)| SIZES.map(|bytes| Case { shape, bytes, quotes, chunk }));
    cases.filter(|case| case.name().contains(only)).map(|case| row(case, extent)).collect()
}

impl Case {
    fn name(self) -> String {
        let quotes = match self.quotes {
            Quotes::Double => "\"",
            Quotes::Single => "'",
        };
        let chunk = if self.chunk == CHUNK { String::new() } else { format!(", in pieces of {}", size(self.chunk)) };
        format!("{}, {}, `{quotes}`{chunk}", self.shape.name(), size(self.bytes))
    }
}

fn row(case: Case, extent: LargeExtent) -> Row<LargeRequestFigures> {
    let outcome = match figures(case, extent) {
        Ok(figures) => RowOutcome::Measured(figures),
        Err(failure) => RowOutcome::Failed { reason: failure.to_string() },
    };
    Row { name: case.name(), outcome }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn figures(case: Case, extent: LargeExtent) -> Outcome<LargeRequestFigures> {
    let reference = case.shape.request(case.bytes, Quotes::Double);
    let chunks = chunks(case.shape.request(case.bytes, case.quotes), case.chunk);
    let requests = TURN_BYTES.div_ceil(case.bytes);
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    let started = Instant::now();
    while own.len() < extent.turns && (own.len() < 3 || started.elapsed() < extent.each_row) {
        // Who comes first may find the memory in another state: they take turns in that, too.
        let (took_own, took_theirs) = if own.len() % 2 == 0 {
            let took = own_turn(&chunks, &reference, requests)?;
            (took, their_turn(&reference, requests)?)
        } else {
            let took = their_turn(&reference, requests)?;
            (own_turn(&chunks, &reference, requests)?, took)
        };
        own.push(took_own.as_secs_f64());
        theirs.push(took_theirs.as_secs_f64());
    }
    let megabytes = |times: &[f64]| {
        let bytes = (reference.len() * requests) as f64;
        Quartiles::of(times.iter().map(|seconds| bytes / seconds / 1e6).collect())
    };
    let ratios = own.iter().zip(&theirs).map(|(own, theirs)| theirs / own).collect();
    let figures = megabytes(&own).zip(megabytes(&theirs)).zip(Quartiles::of(ratios));
    let ((own, theirs), to_from_slice) = figures.ok_or_else(|| Failure::new("no turn"))?;
    Ok(LargeRequestFigures { bytes: reference.len(), megabytes: own, from_slice_megabytes: theirs, to_from_slice })
}

/// What a frontend would have read.
fn chunks(text: String, chunk: usize) -> Vec<Bytes> {
    let text = Bytes::from(text);
    (0..text.len()).step_by(chunk).map(|at| text.slice(at..text.len().min(at + chunk))).collect()
}

fn own_turn(chunks: &[Bytes], reference: &str, requests: usize) -> Outcome<Duration> {
    let mut took = Duration::ZERO;
    let mut outcomes = Vec::new();
    for _ in 0..requests {
        drop(outcomes);
        let chunks = chunks.to_vec();
        let started = cpu_time_of_thread();
        outcomes = parse_stream(chunks);
        took += cpu_time_of_thread().saturating_sub(started);
    }
    let arguments = match <[_; 1]>::try_from(outcomes) {
        Ok([outcome]) => outcome.context("refused")?.take_all(),
        Err(outcomes) => return Err(Failure::new(format!("{} answers to one request", outcomes.len()))),
    };
    let expected: Value = serde_json::from_str(reference)?;
    if expected["arguments"].as_object() == Some(&arguments) {
        Ok(took)
    } else {
        Err(Failure::new("the arguments are not those that were sent"))
    }
}

fn their_turn(reference: &str, requests: usize) -> Outcome<Duration> {
    let mut took = Duration::ZERO;
    for _ in 0..requests {
        let started = cpu_time_of_thread();
        let value: Value = serde_json::from_slice(reference.as_bytes())?;
        took += cpu_time_of_thread().saturating_sub(started);
        drop(value);
    }
    Ok(took)
}
