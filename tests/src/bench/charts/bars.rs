//! Bars beside their names, on a logarithmic axis that begins at 1.

use std::path::Path;

use plotters::prelude::*;

use super::{BLUE, GREY, SIZE};
use crate::Outcome;

/// A chart; the first bar stands at the top.
pub(super) struct Bars {
    pub(super) title: &'static str,
    pub(super) x: &'static str,
    pub(super) bars: Vec<(&'static str, f64)>,
}

impl Bars {
    pub(super) fn write(&self, path: &Path) -> Outcome {
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        let text = |size: u32| ("sans-serif", size).into_font().color(&GREY);
        let largest = self.bars.iter().map(|(_, value)| *value).fold(1.0, f64::max);
        let count = self.bars.len();
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, text(17))
            .margin(10)
            .margin_right(30)
            .x_label_area_size(44)
            .y_label_area_size(150)
            .build_cartesian_2d((0.9..largest * 1.6).log_scale(), (0..count.saturating_sub(1)).into_segmented())?;
        let name = |segment: &SegmentValue<usize>| match segment {
            SegmentValue::CenterOf(row) | SegmentValue::Exact(row) => {
                self.bars.iter().rev().nth(*row).map_or("", |(name, _)| *name).to_owned()
            }
            SegmentValue::Last => String::new(),
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .axis_style(GREY)
            .bold_line_style(GREY.mix(0.35))
            .light_line_style(TRANSPARENT)
            .label_style(text(13))
            .axis_desc_style(text(14))
            .x_desc(self.x)
            .x_label_formatter(&|value| format!("{value}"))
            .y_label_formatter(&name)
            .y_labels(count)
            .draw()?;
        chart.draw_series(self.bars.iter().rev().enumerate().map(|(row, (_, value))| {
            let ends = [(0.9, SegmentValue::Exact(row)), (*value, SegmentValue::Exact(row + 1))];
            let mut bar = Rectangle::new(ends, BLUE.filled());
            bar.set_margin(7, 7, 0, 0);
            bar
        }))?;
        chart.draw_series(self.bars.iter().rev().enumerate().map(|(row, (_, value))| {
            let beside = EmptyElement::at((*value, SegmentValue::CenterOf(row)));
            beside + Text::new(format!("{value:.1}"), (6, -6), text(13))
        }))?;
        area.present()?;
        Ok(())
    }
}
