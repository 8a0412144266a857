//! One table.

use crate::bench::report::{Row, RowOutcome};

/// A table whose first column is the rows' names. What can't be shown says so in the second; a column of nothing is left out.
pub(in crate::bench) fn table<T, const COLUMNS: usize, const CELLS: usize>(
    header: [&str; COLUMNS],
    rows: &[Row<T>],
    cells: impl Fn(&T) -> [String; CELLS],
) -> String {
    let lines: Vec<(&str, Result<[String; CELLS], String>)> =
        rows.iter().map(|row| (&*row.name, shown(row, &cells))).collect();
    let measured: Vec<_> = lines.iter().filter_map(|(_, cells)| cells.as_ref().ok()).collect();
    let is_used = |cell: &usize| measured.is_empty() || measured.iter().any(|cells| !cells[*cell].is_empty());
    let used: Vec<usize> = (0..CELLS).filter(is_used).collect();
    let titles: Vec<&str> = used.iter().map(|cell| header[cell + 1]).collect();
    let mut text = format!("| {} | {} |\n|---|{}\n", header[0], titles.join(" | "), "---:|".repeat(used.len()));
    for (name, cells) in &lines {
        let rest = match cells {
            Ok(cells) => used.iter().map(|cell| &*cells[*cell]).collect::<Vec<_>>().join(" | "),
            Err(reason) => reason.clone(),
        };
        text.push_str(&format!("| {name} | {rest} |\n"));
    }
    text
}

/// The cells, or what stands in their place.
fn shown<T, const CELLS: usize>(
    row: &Row<T>,
    cells: impl Fn(&T) -> [String; CELLS],
) -> Result<[String; CELLS], String> {
    match &row.outcome {
        RowOutcome::Measured(figures) => Ok(cells(figures)),
        RowOutcome::NotMeasured { reason } => Err(format!("not measured: {}", on_one_line(reason))),
        RowOutcome::Failed { reason } => Err(format!("FAILED: {}", on_one_line(reason))),
    }
}

pub(super) fn on_one_line(reason: &str) -> String {
    reason.trim().replace('\n', " / ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_in_which_no_row_has_anything_is_left_out() {
        let measured = |name: &str, cells| Row::new(name, RowOutcome::Measured(cells));
        let failed = Row::new("C", RowOutcome::Failed { reason: "closed".into() });
        let rows = [measured("A", ["1", "", ""]), measured("B", ["", "", "2"]), failed];
        let text = table(["name", "x", "y", "z"], &rows, |cells| cells.map(str::to_owned));
        assert_eq!(text, "| name | x | z |\n|---|---:|---:|\n| A | 1 |  |\n| B |  | 2 |\n| C | FAILED: closed |\n");
    }
}
