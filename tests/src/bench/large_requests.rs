//! Large requests: framing and parsing beside `serde_json::from_slice` into a `Value` of the same bytes, the memory that
//! takes, and the way over a socket.

mod end_to_end;
mod parsing;
mod peak;
mod shape;
mod text;

pub use self::peak::parse_once;
use self::shape::Shape;
use self::text::Quotes;
use super::options::Options;
use super::report::LargeRequests;

/// Sizes of requests.
const SIZES: [usize; 3] = [64 << 10, 1 << 20, 16 << 20];

/// As much as a frontend reads at once.
const CHUNK: usize = 64 << 10;

/// Measures all of it.
pub fn measure(options: &Options) -> LargeRequests {
    let extent = options.large_extent();
    LargeRequests {
        parsed: parsing::measure(extent),
        in_pieces: parsing::measure_pieces(extent),
        peaks: peak::measure(options),
        end_to_end: end_to_end::measure(options, extent),
    }
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
