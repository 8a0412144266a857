//! The tables of how monitors serve.

use super::{kib, mib, on_one_line, table, with_quartiles};
use crate::bench::report::{AsleepFigures, CrowdFigures, IdleFigures, Row, SessionFigures, StartFigures};

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

pub(super) fn starts(rows: &[Row<StartFigures>]) -> String {
    table(["what starts", "runs", "ms"], rows, |row: &StartFigures| {
        [row.runs.to_string(), with_quartiles(row.took_ms, 2)]
    })
}

pub(super) fn asleep(rows: &[Row<AsleepFigures>]) -> String {
    let header = [
        "server",
        "KiB a monitor and its session",
        "RSS with one monitor, MiB",
        "with all sessions, MiB",
        "wake-ups a second",
        "threads",
    ];
    table(header, rows, |row: &AsleepFigures| {
        [
            kib(row.bytes_each),
            mib(row.one_monitor_bytes),
            mib(row.after_bytes),
            format!("{:.1}", row.wake_ups_per_second),
            format!("{}: {}", row.threads.len(), on_one_line(&row.threads.join(", "))),
        ]
    })
}

pub(super) fn idle(rows: &[Row<IdleFigures>]) -> String {
    let header = [
        "server",
        "KiB a session",
        "KiB a monitor and its session",
        "RSS with one monitor, MiB",
        "with all monitors, MiB",
        "with all sessions, MiB",
    ];
    table(header, rows, |row: &IdleFigures| {
        [
            kib(row.bytes_per_session),
            kib(row.bytes_per_monitor_and_session),
            mib(row.one_monitor_bytes),
            mib(row.before_bytes),
            mib(row.after_bytes),
        ]
    })
}
