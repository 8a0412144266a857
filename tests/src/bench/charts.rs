//! Charts of what grows, and of round trips side by side, as SVG files.

mod bars;
mod lines;

use std::path::Path;

use plotters::style::RGBColor;

use self::bars::Bars;
use self::lines::{Line, Lines, Scale};
use super::growth::GrowthFigures;
use super::report::{Report, Row, RowOutcome};
use crate::{Context, Outcome};

/// Text and axes: as far from white as from black, since the background is the viewer's.
const GREY: RGBColor = RGBColor(120, 120, 120);
const BLUE: RGBColor = RGBColor(47, 129, 247);
const ORANGE: RGBColor = RGBColor(217, 119, 6);
const SIZE: (u32, u32) = (640, 340);

/// Writes the charts of what was measured to this directory, which is made.
///
/// # Errors
/// If one can't be written.
pub fn write(report: &Report, directory: &Path) -> Outcome {
    std::fs::create_dir_all(directory).context(directory.display())?;
    if let Some(growth) = &report.scale.growth {
        for (name, chart) in growth_charts(&growth.figures) {
            chart.write(&directory.join(name))?;
        }
    }
    round_trips(report).map_or(Ok(()), |bars| bars.write(&directory.join("round-trips.svg")))
}

fn growth_charts(growth: &GrowthFigures) -> [(&'static str, Lines); 4] {
    let sessions = Lines {
        title: "Idle sessions in one process",
        x: ("sessions", Scale::Logarithmic),
        y: ("KiB, us", Scale::Linear),
        lines: vec![
            Line { name: "memory of each, KiB", points: points(&growth.sessions, |at| (at.sessions, at.kib_each)) },
            Line {
                name: "OOB round trip of one, p50, us",
                points: points(&growth.sessions, |at| (at.sessions, Some(at.oob_p50_us.median))),
            },
        ],
    };
    let size = Lines {
        title: "Size of a request",
        x: ("bytes", Scale::Logarithmic),
        y: ("us", Scale::Logarithmic),
        lines: vec![Line {
            name: "from the first byte to the reply, p50, us",
            points: points(&growth.size, |at| (at.bytes, Some(at.request_us.median))),
        }],
    };
    let depth = Lines {
        title: "In-band requests in flight on one connection",
        x: ("in flight", Scale::Linear),
        y: ("thousand commands a second", Scale::Linear),
        lines: vec![Line {
            name: "thousand commands a second",
            points: points(&growth.depth, |at| (at.in_flight, Some(at.pipelined.per_second.median / 1000.0))),
        }],
    };
    let events = Lines {
        title: "Events to the session whose requests are timed",
        x: ("thousand events a second", Scale::Linear),
        y: ("us, %", Scale::Linear),
        lines: vec![
            Line {
                name: "OOB round trip, p50, us",
                points: points(&growth.event_rate, |at| (at.events_per_second / 1000.0, Some(at.oob_us.median))),
            },
            Line {
                name: "server's CPU time, % of one CPU",
                points: points(&growth.event_rate, |at| (at.events_per_second / 1000.0, Some(at.cpu_percent))),
            },
        ],
    };
    [("sessions.svg", sessions), ("request-size.svg", size), ("in-flight.svg", depth), ("events.svg", events)]
}

/// The points that were measured.
fn points<T, X: Number>(rows: &[Row<T>], point: impl Fn(&T) -> (X, Option<f64>)) -> Vec<(f64, f64)> {
    let measured = rows.iter().filter_map(|row| match &row.outcome {
        RowOutcome::Measured(figures) => Some(point(figures)),
        RowOutcome::NotMeasured { .. } | RowOutcome::Failed { .. } => None,
    });
    measured.filter_map(|(x, y)| Some((x.to_f64(), y?))).collect()
}

trait Number {
    fn to_f64(self) -> f64;
}

impl Number for usize {
    fn to_f64(self) -> f64 {
        self as f64
    }
}

impl Number for f64 {
    fn to_f64(self) -> f64 {
        self
    }
}

/// Round trips in the placement that counts; nothing, if none were measured.
fn round_trips(report: &Report) -> Option<Bars> {
    const SHOWN: [(&str, &str); 6] = [
        ("bare echo", "bare echo"),
        ("tokio echo", "tokio echo"),
        ("qmp-vmm OOB", "qmp-vmm, out-of-band"),
        ("qmp-vmm in-band, oob on", "qmp-vmm, in-band"),
        ("QEMU OOB", "QEMU, out-of-band"),
        ("QEMU in-band, oob on", "QEMU, in-band"),
    ];
    let section = report.sections.first()?;
    let mut bars = Vec::new();
    for (row, shown) in SHOWN {
        let Some(row) = section.round_trips.iter().find(|measured| measured.name == row) else { continue };
        if let RowOutcome::Measured(figures) = &row.outcome {
            bars.push((shown, figures.to_echo.median));
        }
    }
    (!bars.is_empty()).then_some(Bars { title: "Round trips, p50", x: "times the bare echo", bars })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_without_a_figure_are_left_out() {
        let measured = |x: usize, y| Row { name: x.to_string(), outcome: RowOutcome::Measured((x, y)) };
        let failed = Row { name: "3".into(), outcome: RowOutcome::Failed { reason: "closed".into() } };
        let rows = [measured(1, None), measured(2, Some(5.0)), failed];
        assert_eq!(points(&rows, |at| *at), [(2.0, 5.0)]);
    }

    #[test]
    fn charts_are_svg_with_their_labels_also_when_little_was_measured() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chart.svg");
        for points in [vec![], vec![(1.0, 7.0)], vec![(1.0, 7.0), (10_000.0, 9.0)]] {
            let lines = vec![Line { name: "memory, KiB", points }];
            let (x, y) = (("sessions", Scale::Logarithmic), ("KiB", Scale::Linear));
            Lines { title: "Sessions", x, y, lines }.write(&path).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("<svg") && text.contains("sessions") && text.contains("KiB"), "{text}");
        }
        Bars { title: "Round trips", x: "times", bars: vec![("bare echo", 1.0), ("QEMU", 40.0)] }.write(&path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("bare echo"));
    }
}
