//! The figures at scale as Markdown tables.

use super::{Placed, ScaleFigures};
use crate::bench::events::EventFigures;
use crate::bench::latency::LatencyFigures;
use crate::bench::report::Row;
use crate::bench::report::markdown::{table, with_quartiles};

pub(super) fn render(figures: &ScaleFigures) -> String {
    figures.events.iter().map(render_events).chain(figures.latency.iter().map(render_latency)).collect()
}

fn render_events(placed: &Placed<Vec<Row<EventFigures>>>) -> String {
    let header = [
        "sessions",
        "events",
        "deliveries a second",
        "emits a second",
        "server's CPU, us a delivery",
        "rate, times that of 16 read",
        "unread sessions closed",
    ];
    let rows = table(header, &placed.figures, |row: &EventFigures| {
        [
            row.events.to_string(),
            with_quartiles(row.deliveries_per_second, 0),
            with_quartiles(row.emits_per_second, 0),
            with_quartiles(row.cpu_us, 3),
            row.to_all_read.map_or_else(String::new, |ratio| with_quartiles(ratio, 3)),
            row.closed.to_string(),
        ]
    });
    format!("\n## Events, {}\n\n{rows}", placed.placement)
}

fn render_latency(placed: &Placed<Vec<Row<LatencyFigures>>>) -> String {
    let header =
        ["steady load", "answered a second", "p50, us", "p99, us", "p99.9, us", "max, us", "answered", "dropped"];
    let rows = table(header, &placed.figures, |row: &LatencyFigures| {
        [
            with_quartiles(row.answered_per_second, 0),
            with_quartiles(row.p50_us, 1),
            format!("{:.1}", row.p99_us),
            format!("{:.1}", row.p999_us),
            format!("{:.1}", row.max_us),
            row.answered.to_string(),
            row.dropped.to_string(),
        ]
    });
    format!("\n## Latency under a steady load, {}\n\n{rows}", placed.placement)
}
