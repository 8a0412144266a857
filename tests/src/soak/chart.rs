//! Memory and descriptors over time.

use std::path::Path;

use plotters::prelude::*;

use super::Sample;
use crate::Outcome;

const SIZE: (u32, u32) = (760, 320);

pub(super) fn write(samples: &[Sample], path: &Path) -> Outcome {
    let minutes = |sample: &Sample| sample.seconds / 60.0;
    let mebibytes = |sample: &Sample| sample.footprint.resident_bytes as f64 / f64::from(1 << 20);
    let most =
        samples.iter().map(|sample| mebibytes(sample).max(sample.footprint.descriptors as f64)).fold(1.0, f64::max);
    let end = samples.iter().map(minutes).fold(0.1, f64::max);
    // As many points as can be seen.
    let shown: Vec<_> = samples.iter().step_by(samples.len() / 600 + 1).collect();
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    let text = |size: u32| ("sans-serif", size).into_font();
    let mut chart = ChartBuilder::on(&area)
        .caption("resident memory (MiB) and open descriptors", text(17))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..end, 0.0..most * 1.1)?;
    chart.configure_mesh().x_desc("minutes").light_line_style(TRANSPARENT).draw()?;
    chart
        .draw_series(LineSeries::new(shown.iter().map(|sample| (minutes(sample), mebibytes(sample))), BLUE))?
        .label("MiB")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], BLUE));
    chart
        .draw_series(LineSeries::new(
            shown.iter().map(|sample| (minutes(sample), sample.footprint.descriptors as f64)),
            RED,
        ))?
        .label("descriptors")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], RED));
    chart.configure_series_labels().label_font(text(13)).draw()?;
    area.present()?;
    Ok(())
}
