//! The figures at scale as Markdown tables.

use super::{Placed, ScaleFigures};
use crate::bench::events::EventFigures;
use crate::bench::report::Row;
use crate::bench::report::markdown::{table, with_quartiles};

pub(super) fn render(figures: &ScaleFigures) -> String {
    figures.events.iter().map(render_events).collect()
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
