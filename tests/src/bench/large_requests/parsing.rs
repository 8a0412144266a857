//! The parser beside `from_slice`, in this process.
//!
//! Both get the same request, in turn. `from_slice` has it in one piece; the parser in the pieces that a frontend would
//! read, which are there already. What is taken is the thread's CPU time, so that others on the machine do not count. What
//! is made of the request is compared outside of the time taken, and thrown away outside of it. A request in single quotes
//! is compared with the same one in double quotes.

use std::time::{Duration, Instant};

use actix_qmp::test_support::parse_stream;
use bytes::Bytes;
use serde_json::Value;

use super::{CHUNK, Case, Quotes, SIZES, Shape, size};
use crate::bench::options::LargeExtent;
use crate::bench::process::cpu_time_of_thread;
use crate::bench::report::{ParseFigures, Row};
use crate::bench::statistics::Quartiles;
use crate::{Context, Failure, Outcome};

/// Other sizes of chunks, to see that they make no difference in kind.
const PIECES: [usize; 3] = [1, 64, 4 << 10];

/// A turn is of requests that have at least so many bytes together.
const TURN_BYTES: usize = 1 << 20;

/// Measures every shape in every size, and in both kinds of quotes.
pub(super) fn measure(extent: LargeExtent) -> Vec<Row<ParseFigures>> {
    let sizes = [Quotes::Double, Quotes::Single].into_iter().flat_map(|quotes| SIZES.map(|bytes| (quotes, bytes)));
    let cases = sizes.flat_map(|(quotes, bytes)| Shape::ALL.map(|shape| Case { shape, bytes, quotes }));
    cases.map(|case| Row::new(case.name(), figures(case, CHUNK, extent))).collect()
}

/// Measures two shapes in small pieces and in every size.
pub(super) fn measure_pieces(extent: LargeExtent) -> Vec<Row<ParseFigures>> {
    let shapes = [Shape::EscapedString, Shape::BlockNodes];
    let pieces = shapes.into_iter().flat_map(|shape| PIECES.map(|piece| (shape, piece)));
    let cases =
        pieces.flat_map(|(shape, piece)| SIZES.map(|bytes| (Case { shape, bytes, quotes: Quotes::Double }, piece)));
    let name = |case: Case, piece| format!("{}, in pieces of {}", case.name(), size(piece));
    cases.map(|(case, piece)| Row::new(name(case, piece), figures(case, piece, extent))).collect()
}

fn figures(case: Case, piece: usize, extent: LargeExtent) -> Outcome<ParseFigures> {
    let reference = Case { quotes: Quotes::Double, ..case }.text();
    let chunks = chunks(case.text(), piece);
    let requests = TURN_BYTES.div_ceil(case.bytes);
    // The first turns find the memory of this process as others left it.
    own_turn(&chunks, &reference, requests)?;
    their_turn(&reference, requests)?;
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    let started = Instant::now();
    while own.len() < extent.turns && (own.len() < 3 || started.elapsed() < extent.each_row) {
        // Who comes first may find it in another state: they take turns in that, too.
        if own.len() % 2 == 0 {
            own.push(own_turn(&chunks, &reference, requests)?);
            theirs.push(their_turn(&reference, requests)?);
        } else {
            theirs.push(their_turn(&reference, requests)?);
            own.push(own_turn(&chunks, &reference, requests)?);
        }
    }
    let megabytes = |times: &[Duration]| {
        let bytes = (reference.len() * requests) as f64;
        Quartiles::of(times.iter().map(|took| bytes / took.as_secs_f64() / 1e6).collect())
    };
    let ratios = own.iter().zip(&theirs).map(|(own, theirs)| theirs.as_secs_f64() / own.as_secs_f64()).collect();
    let figures = megabytes(&own).zip(megabytes(&theirs)).zip(Quartiles::of(ratios));
    let ((own, theirs), to_from_slice) = figures.ok_or_else(|| Failure::new("no turn"))?;
    Ok(ParseFigures { bytes: reference.len(), megabytes: own, from_slice_megabytes: theirs, to_from_slice })
}

/// What a frontend would have read.
fn chunks(text: String, piece: usize) -> Vec<Bytes> {
    let text = Bytes::from(text);
    (0..text.len()).step_by(piece).map(|at| text.slice(at..text.len().min(at + piece))).collect()
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
