//! How cost grows: with sessions, with the size of a request, with requests in flight, with events.

mod depth;
mod event_rate;
mod sessions;
mod size;

use serde::Serialize;

use super::options::{GrowthExtent, Options};
use super::report::Row;

pub use self::depth::DepthFigures;
pub use self::event_rate::EventRateFigures;
pub use self::sessions::SessionsFigures;
pub use self::size::SizeFigures;

/// Four series, each of some points.
#[derive(Debug, Default, Serialize)]
pub struct GrowthFigures {
    /// Sessions of one process.
    pub sessions: Vec<Row<SessionsFigures>>,
    /// Bytes of a request.
    pub size: Vec<Row<SizeFigures>>,
    /// Requests in flight.
    pub depth: Vec<Row<DepthFigures>>,
    /// Events a second.
    pub event_rate: Vec<Row<EventRateFigures>>,
}

impl GrowthFigures {
    /// Measures all four.
    pub fn measure(options: &Options, extent: GrowthExtent) -> Self {
        Self {
            sessions: sessions::measure(options, extent),
            size: size::measure(extent),
            depth: depth::measure(options),
            event_rate: event_rate::measure(extent),
        }
    }

    /// Whether a server that should have answered did not.
    pub fn has_failures(&self) -> bool {
        self.sessions.iter().any(Row::has_failed)
            || self.size.iter().any(Row::has_failed)
            || self.depth.iter().any(Row::has_failed)
            || self.event_rate.iter().any(Row::has_failed)
    }
}
