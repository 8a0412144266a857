//! What came out for large requests.

use serde::Serialize;

use super::Row;
use super::markdown::{table, titled, with_quartiles};
use crate::bench::statistics::Quartiles;

/// All of it.
#[derive(Debug, Default, Serialize)]
pub struct LargeRequests {
    /// By shape, size and quotes.
    pub parsed: Vec<Row<ParseFigures>>,
    /// In small pieces.
    pub in_pieces: Vec<Row<ParseFigures>>,
    /// Memory.
    pub peaks: Vec<Row<PeakFigures>>,
    /// Over a socket.
    pub end_to_end: Vec<Row<EndToEndFigures>>,
}

/// Of a request that is framed and parsed in this process.
#[derive(Debug, Serialize)]
pub struct ParseFigures {
    /// Its length.
    pub bytes: usize,
    /// Megabytes a second.
    pub megabytes: Quartiles,
    /// The same of `serde_json::from_slice`.
    pub from_slice_megabytes: Quartiles,
    /// Each turn's speed over that of `from_slice` in the same round.
    pub to_from_slice: Quartiles,
}

/// Of the memory that a request takes until it is parsed, in times its length.
#[derive(Debug, Serialize)]
pub struct PeakFigures {
    /// Its length.
    pub bytes: usize,
    /// In a process that has nothing but the parser, the chunks being read included.
    pub parser: f64,
    /// `serde_json::from_slice` in such a process, the text included.
    pub from_slice: f64,
    /// In `qmp-vmm`, if it was there.
    pub server: Option<f64>,
}

/// Of a request that is sent, and its reply.
#[derive(Debug, Serialize)]
pub struct EndToEndFigures {
    /// Its length.
    pub bytes: usize,
    /// From the first byte to the reply, in milliseconds.
    pub took_ms: Quartiles,
    /// Megabytes a second.
    pub megabytes: Quartiles,
}

impl LargeRequests {
    /// The tables.
    pub fn to_markdown(&self) -> String {
        [
            titled("Large requests", &self.parsed, parsed),
            titled("Large requests in small pieces", &self.in_pieces, parsed),
            titled("Memory of large requests", &self.peaks, peaks),
            titled("Large requests over a socket", &self.end_to_end, end_to_end),
        ]
        .concat()
    }

    /// Whether anything that should have worked did not.
    pub fn has_failures(&self) -> bool {
        self.parsed.iter().chain(&self.in_pieces).any(Row::has_failed)
            || self.peaks.iter().any(Row::has_failed)
            || self.end_to_end.iter().any(Row::has_failed)
    }
}

fn parsed(rows: &[Row<ParseFigures>]) -> String {
    let header = ["request", "bytes", "MB/s", "`from_slice`, MB/s", "times `from_slice`"];
    table(header, rows, |row: &ParseFigures| {
        [
            row.bytes.to_string(),
            format!("{:.0}", row.megabytes.median),
            format!("{:.0}", row.from_slice_megabytes.median),
            with_quartiles(row.to_from_slice, 2),
        ]
    })
}

fn peaks(rows: &[Row<PeakFigures>]) -> String {
    let header = ["memory for", "bytes", "parser, times these", "`from_slice`", "qmp-vmm"];
    table(header, rows, |row: &PeakFigures| {
        let server = row.server.map_or_else(String::new, |times| format!("{times:.2}"));
        [row.bytes.to_string(), format!("{:.2}", row.parser), format!("{:.2}", row.from_slice), server]
    })
}

fn end_to_end(rows: &[Row<EndToEndFigures>]) -> String {
    table(["over a socket", "bytes", "first byte to reply, ms", "MB/s"], rows, |row: &EndToEndFigures| {
        [row.bytes.to_string(), with_quartiles(row.took_ms, 2), with_quartiles(row.megabytes, 1)]
    })
}
