//! Lines over an axis, each with its points.

use std::ops::Range;
use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::{BLUE, GREY, ORANGE, SIZE};
use crate::Outcome;

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    Logarithmic,
}

/// One line.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart; an axis has its label, with the unit, and its scale.
pub(super) struct Lines {
    pub(super) title: &'static str,
    pub(super) x: (&'static str, Scale),
    pub(super) y: (&'static str, Scale),
    pub(super) lines: Vec<Line>,
}

impl Lines {
    pub(super) fn write(&self, path: &Path) -> Outcome {
        let (x, mut y) = (self.range(self.x.1, |point| point.0), self.range(self.y.1, |point| point.1));
        // The names of the lines stand above them.
        y.end = match self.y.1 {
            Scale::Linear => y.end * 1.3,
            Scale::Logarithmic => y.end * 3.0,
        };
        match (self.x.1, self.y.1) {
            (Scale::Linear, Scale::Linear) => self.draw(path, x, y),
            (Scale::Linear, Scale::Logarithmic) => self.draw(path, x, y.log_scale()),
            (Scale::Logarithmic, Scale::Linear) => self.draw(path, x.log_scale(), y),
            (Scale::Logarithmic, Scale::Logarithmic) => self.draw(path, x.log_scale(), y.log_scale()),
        }
    }

    /// From 0, or from the smallest on a logarithmic axis, to a little above the largest.
    fn range(&self, scale: Scale, coordinate: impl Fn(&(f64, f64)) -> f64) -> Range<f64> {
        let all = || self.lines.iter().flat_map(|line| &line.points).map(&coordinate);
        let largest = all().fold(f64::NEG_INFINITY, f64::max);
        let smallest = all().fold(f64::INFINITY, f64::min);
        match scale {
            Scale::Linear if largest > 0.0 => 0.0..largest * 1.05,
            Scale::Logarithmic if smallest > 0.0 && largest > 0.0 => smallest * 0.8..largest * 1.5,
            Scale::Linear | Scale::Logarithmic => 1.0..10.0,
        }
    }

    fn draw<X, Y>(&self, path: &Path, x: X, y: Y) -> Outcome
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        let text = |size: u32| ("sans-serif", size).into_font().color(&GREY);
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, text(17))
            .margin(10)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .axis_style(GREY)
            .bold_line_style(GREY.mix(0.35))
            .light_line_style(TRANSPARENT)
            .label_style(text(13))
            .axis_desc_style(text(14))
            .x_desc(self.x.0)
            .y_desc(self.y.0)
            .x_label_formatter(&|value| number(*value))
            .y_label_formatter(&|value| number(*value))
            .draw()?;
        for (line, colour) in self.lines.iter().zip([BLUE, ORANGE]) {
            let points = || line.points.iter().copied();
            chart
                .draw_series(LineSeries::new(points(), colour.stroke_width(2)))?
                .label(line.name)
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
            chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled())))?;
        }
        chart
            .configure_series_labels()
            .label_font(text(13))
            .position(SeriesLabelPosition::UpperLeft)
            .margin(8)
            .draw()?;
        area.present()?;
        Ok(())
    }
}

/// A number as short as it can be said.
fn number(value: f64) -> String {
    match value {
        _ if value >= 1e6 => format!("{}M", value / 1e6),
        _ if value >= 1e4 => format!("{}k", value / 1e3),
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let said = [0.0, 0.5, 100.0, 5000.0, 10_000.0, 200_000.0, 1e7].map(number);
        assert_eq!(said, ["0", "0.5", "100", "5000", "10k", "200k", "10M"]);
    }
}
