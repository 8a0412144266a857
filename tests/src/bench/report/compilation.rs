//! Figures of a schema that is compiled, and their table.

use serde::Serialize;

use super::Row;
use super::markdown::{table, with_quartiles};
use crate::bench::statistics::Quartiles;

/// Of a schema that is compiled.
#[derive(Debug, Serialize)]
pub struct CompilationFigures {
    /// Its files.
    pub files: usize,
    /// Lines of these.
    pub lines: usize,
    /// From the path to the code, in milliseconds.
    pub total_ms: Quartiles,
    /// Lines a second, in the median run.
    pub lines_per_second: f64,
    /// The steps, each with its median in milliseconds.
    pub steps_ms: Vec<(&'static str, f64)>,
    /// Lines of the code that is generated.
    pub code_lines: usize,
    /// Bytes of it.
    pub code_bytes: usize,
}

pub(super) fn render(rows: &[Row<CompilationFigures>]) -> String {
    let header =
        ["schema", "files", "lines", "schema to code, ms", "lines a second", "steps, ms", "code, lines", "code, bytes"];
    table(header, rows, |row: &CompilationFigures| {
        let steps = row.steps_ms.iter().map(|(step, took_ms)| format!("{step} {took_ms:.1}")).collect::<Vec<_>>();
        [
            row.files.to_string(),
            row.lines.to_string(),
            with_quartiles(row.total_ms, 1),
            format!("{:.0}", row.lines_per_second),
            steps.join(", "),
            row.code_lines.to_string(),
            row.code_bytes.to_string(),
        ]
    })
}
