//! The memory that a large request takes until it is parsed: what a process has at most, beyond what it had before.
//!
//! The parser reads the file of the request as a frontend would read a socket, and holds what it must hold of that;
//! `from_slice` has the whole file in memory, and makes its tree of it. Each has a process of its own.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use actix_qmp::test_support::parse_stream;
use bytes::Bytes;
use serde_json::Value;

use super::{CHUNK, Case, Quotes, SIZES, Shape, end_to_end};
use crate::bench::options::{Options, RequestReader};
use crate::bench::process::{peak_resident_bytes, resident_bytes};
use crate::bench::report::{PeakFigures, Row};
use crate::bench::servers::{Availability, MonitorServer};
use crate::{Context, Failure, Outcome, Product};

/// Measures the largest requests.
pub(super) fn measure(options: &Options) -> Vec<Row<PeakFigures>> {
    let bytes = SIZES[SIZES.len() - 1];
    let cases = [
        (Shape::LongString, Quotes::Double),
        (Shape::LongString, Quotes::Single),
        (Shape::EscapedString, Quotes::Double),
        (Shape::EscapedString, Quotes::Single),
        (Shape::Integers, Quotes::Double),
        (Shape::SmallObjects, Quotes::Double),
        (Shape::BlockNodes, Quotes::Double),
        (Shape::BlockNodes, Quotes::Single),
    ];
    let cases = cases.into_iter().map(|(shape, quotes)| Case { shape, bytes, quotes });
    cases.map(|case| Row::new(case.name(), figures(case, options))).collect()
}

fn figures(case: Case, options: &Options) -> Outcome<PeakFigures> {
    let folder = tempfile::tempdir()?;
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).map(|()| path)
    };
    let text = case.text();
    let times = |peak: u64| peak as f64 / text.len() as f64;
    let own = in_own_process("parser", &written("own.json", &text)?)?;
    let reference = Case { quotes: Quotes::Double, ..case }.text();
    let theirs = in_own_process("from-slice", &written("reference.json", &reference)?)?;
    let server = match MonitorServer::start(Product::QmpVmm, 1, options) {
        Availability::Absent(_) => None,
        Availability::Broken(reason) => return Err(Failure::new(reason)),
        Availability::There(server) => {
            let before = resident_bytes(server.pid())?;
            end_to_end::exchange(&mut end_to_end::session(&server)?, &text)?;
            Some(times(peak_resident_bytes(server.pid())?.saturating_sub(before)))
        }
    };
    Ok(PeakFigures { bytes: text.len(), parser: times(own), from_slice: times(theirs), server })
}

fn in_own_process(reader: &str, file: &Path) -> Outcome<u64> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.arg("parse-once").arg(reader).arg(file).stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().context(format!("the process says {text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// Reads a request of a file once, and prints how many bytes the process had at most, beyond what it had before.
///
/// # Errors
/// If it is refused.
pub fn parse_once(reader: RequestReader, file: &Path) -> Outcome {
    let pid = std::process::id();
    let before = resident_bytes(pid)?;
    match reader {
        RequestReader::Parser => {
            let outcomes = parse_stream(Chunks { file: File::open(file)?, buffer: vec![0; CHUNK] });
            if outcomes.len() != 1 {
                return Err(Failure::new(format!("{} answers to one request", outcomes.len())));
            }
            for outcome in outcomes {
                outcome.context("refused")?;
            }
        }
        RequestReader::FromSlice => {
            let text = fs::read(file)?;
            let value: Value = serde_json::from_slice(&text)?;
            drop((value, text));
        }
    }
    println!("{}", peak_resident_bytes(pid)?.saturating_sub(before));
    Ok(())
}

/// A file, read as a frontend reads a socket.
struct Chunks {
    file: File,
    buffer: Vec<u8>,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let count = self.file.read(&mut self.buffer).ok().filter(|count| *count > 0)?;
        Some(Bytes::copy_from_slice(&self.buffer[..count]))
    }
}
