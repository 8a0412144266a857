//! The figures at scale as Markdown tables.

use super::{Placed, ScaleFigures};
use crate::bench::events::EventFigures;
use crate::bench::growth::{DepthFigures, EventRateFigures, GrowthFigures, SessionsFigures, SizeFigures};
use crate::bench::latency::LatencyFigures;
use crate::bench::report::Row;
use crate::bench::report::markdown::{table, with_quartiles};

pub(super) fn render(figures: &ScaleFigures) -> String {
    let events = figures.events.iter().map(render_events);
    let latency = figures.latency.iter().map(render_latency);
    events.chain(latency).chain(figures.growth.iter().map(render_growth)).collect()
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

fn render_growth(placed: &Placed<GrowthFigures>) -> String {
    let growth = &placed.figures;
    let sessions =
        table(["sessions", "KiB each", "RSS, MiB", "OOB p50 of one, us"], &growth.sessions, |row: &SessionsFigures| {
            let kib = row.kib_each.map_or_else(String::new, |kib| format!("{kib:.1}"));
            [kib, format!("{:.1}", row.resident_mib), with_quartiles(row.oob_p50_us, 1)]
        });
    let size = table(["size of a request", "us each", "MB/s"], &growth.size, |row: &SizeFigures| {
        [with_quartiles(row.request_us, 1), format!("{:.1}", row.mb_per_second)]
    });
    let depth = table(
        ["in-band, oob on", "commands a second", "server's CPU, us each"],
        &growth.depth,
        |row: &DepthFigures| [with_quartiles(row.pipelined.per_second, 0), with_quartiles(row.pipelined.cpu_us, 1)],
    );
    let event_rate = table(
        ["events due", "events a second", "OOB round trip, us", "server's CPU, %"],
        &growth.event_rate,
        |row: &EventRateFigures| {
            [format!("{:.0}", row.events_per_second), with_quartiles(row.oob_us, 1), format!("{:.1}", row.cpu_percent)]
        },
    );
    format!("\n## Growth, {}\n\n{sessions}\n{size}\n{depth}\n{event_rate}", placed.placement)
}
