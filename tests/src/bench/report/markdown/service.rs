//! The tables of how monitors serve.

use super::{table, with_quartiles};
use crate::bench::report::{CrowdFigures, Row, SessionFigures};

pub(super) fn crowds(rows: &[Row<CrowdFigures>]) -> String {
    let header = [
        "pipelined",
        "commands a second, all",
        "server's CPU, us each",
        "times one connection alone",
        "least, in fair shares",
        "most, in fair shares",
    ];
    table(header, rows, |row: &CrowdFigures| {
        [
            with_quartiles(row.per_second, 0),
            with_quartiles(row.cpu_us, 1),
            with_quartiles(row.to_one, 2),
            with_quartiles(row.least_share, 2),
            with_quartiles(row.most_share, 2),
        ]
    })
}

pub(super) fn session_rates(rows: &[Row<SessionFigures>]) -> String {
    table(["server", "sessions a second", "time, times the bare echo's"], rows, |row: &SessionFigures| {
        [with_quartiles(row.per_second, 0), with_quartiles(row.to_echo, 2)]
    })
}
