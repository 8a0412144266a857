//! Large requests: framing and parsing beside `serde_json::from_slice` into a `Value` of the same bytes, the memory that
//! takes, and the way over a socket.

use std::process::ExitCode;

mod end_to_end;
mod parsing;
mod peak;
mod shape;
mod text;

pub use self::peak::parse_once;
use self::shape::Shape;
use self::text::Quotes;
use super::options::Options;
use super::report::{LargeRequests, Row, RowOutcome};
use crate::Outcome;

/// Sizes of requests.
const SIZES: [usize; 3] = [64 << 10, 1 << 20, 16 << 20];

/// As much as a frontend reads at once.
const CHUNK: usize = 64 << 10;

/// Measures all of it whose line has `only` in its name.
pub fn measure(options: &Options, only: &str) -> LargeRequests {
    let extent = options.large_extent();
    LargeRequests {
        parsed: parsing::measure(extent, only),
        in_pieces: parsing::measure_pieces(extent, only),
        peaks: peak::measure(options, only),
        end_to_end: end_to_end::measure(extent, options, only),
    }
}

/// Measures that and nothing else, and prints the tables.
///
/// # Errors
/// Never: what fails says so in its line.
pub fn print(options: &Options, only: &str) -> Outcome<ExitCode> {
    let measured = measure(options, only);
    println!("{}", measured.to_markdown());
    Ok(if measured.has_failures() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A request.
#[derive(Debug, Clone, Copy)]
struct Case {
    shape: Shape,
    bytes: usize,
    quotes: Quotes,
}

impl Case {
    fn name(self) -> String {
        let quotes = match self.quotes {
            Quotes::Double => "\"",
            Quotes::Single => "'",
        };
        format!("{}, {}, `{quotes}`", self.shape.name(), size(self.bytes))
    }

    fn text(self) -> String {
        self.shape.request(self.bytes, self.quotes)
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn row<T>(name: String, outcome: Outcome<T>) -> Row<T> {
    let outcome = match outcome {
        Ok(figures) => RowOutcome::Measured(figures),
        Err(failure) => RowOutcome::Failed { reason: failure.to_string() },
    };
    Row { name, outcome }
}
