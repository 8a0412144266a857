//! What is measured at scale: many events, steady load, growth.

mod markdown;

use rustix::thread::CpuSet;
use serde::Serialize;

use super::events::{self, EventFigures};
use super::growth::GrowthFigures;
use super::latency::{self, LatencyFigures};
use super::options::{Options, Part};
use super::placement::{self, Placement};
use super::report::Row;
use crate::Outcome;

/// What came out.
#[derive(Debug, Default, Serialize)]
pub struct ScaleFigures {
    /// Events to many sessions.
    pub events: Vec<Placed<Vec<Row<EventFigures>>>>,
    /// Latency under a steady load.
    pub latency: Vec<Placed<Vec<Row<LatencyFigures>>>>,
    /// How cost grows, in the placement that counts.
    pub growth: Option<Placed<GrowthFigures>>,
}

/// Figures of one placement.
#[derive(Debug, Serialize)]
pub struct Placed<T> {
    /// Where.
    pub placement: Placement,
    /// The figures.
    pub figures: T,
}

impl ScaleFigures {
    /// Measures the parts that were asked for.
    ///
    /// # Errors
    /// If the placement can't be had.
    pub fn measure(options: &Options, placements: &[Placement], at_start: &CpuSet) -> Outcome<Self> {
        let mut figures = Self::default();
        for placement in placements {
            placement::enter(*placement, at_start)?;
            if options.has(Part::Events) {
                let rows = events::measure(options.event_extent());
                figures.events.push(Placed { placement: *placement, figures: rows });
            }
            if options.has(Part::Latency) {
                let rows = latency::measure(options, options.latency_extent());
                figures.latency.push(Placed { placement: *placement, figures: rows });
            }
        }
        if options.has(Part::Growth)
            && let Some(&placement) = placements.first()
        {
            placement::enter(placement, at_start)?;
            let growth = GrowthFigures::measure(options, options.growth_extent());
            figures.growth = Some(Placed { placement, figures: growth });
        }
        Ok(figures)
    }

    /// Whether a server that should have answered did not, or not rightly.
    pub fn has_failures(&self) -> bool {
        self.events.iter().flat_map(|placed| &placed.figures).any(Row::has_failed)
            || self.latency.iter().flat_map(|placed| &placed.figures).any(Row::has_failed)
            || self.growth.as_ref().is_some_and(|placed| placed.figures.has_failures())
    }

    /// The tables.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }
}
