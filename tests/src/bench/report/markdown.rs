//! The report as Markdown tables.

mod service;
mod table;

use self::table::on_one_line;
pub(in crate::bench) use self::table::table;
use super::{About, IntrospectionFigures, PipelineFigures, Report, RoundTripFigures, Row, Section, compilation};
use crate::bench::statistics::Quartiles;

pub(super) fn render(report: &Report) -> String {
    let mut text = heading(&report.about);
    text.extend(report.sections.iter().map(render_section));
    text.push_str(&report.large_requests.to_markdown());
    text.push_str(&titled("Compiling a schema", &report.compilation, compilation::render));
    text.push_str(&titled("Starting", &report.starts, service::starts));
    text.push_str(&titled("Idle sessions of the library alone", &report.asleep, service::asleep));
    text.push_str(&titled("Idle sessions", &report.idle, service::idle));
    text.push_str(&report.scale.to_markdown());
    text
}

fn heading(about: &About) -> String {
    let mut text = format!("# Figures\n\n{} CPUs; out-of-band to qmp-vmm as `{}`.\n", about.cpus, about.oob_form);
    if let Some(program) = &about.program {
        text.push_str(&format!("\nqmp-vmm is `{program}`.\n"));
    }
    if !about.optimised {
        text.push_str("\n**A debug build: these figures mean nothing.** Run it with `--release`.\n");
    }
    if about.quick {
        text.push_str("\nA quick run: to see that it works, not for figures.\n");
    }
    text
}

fn render_section(section: &Section) -> String {
    let placed = |title: &str| format!("{title}, {}", section.placement);
    [
        titled(&placed("Round trips"), &section.round_trips, round_trips),
        titled(&placed("Round trips over TCP"), &section.over_tcp, round_trips),
        titled(&placed("Round trips of a client that waits in its read"), &section.waiting_in_reads, round_trips),
        titled(&placed("Round trips while the main thread has no time"), &section.held, round_trips),
        titled(&placed("Pipelined"), &section.pipelined, pipelined),
        titled(&placed("Pipelined on many connections"), &section.crowds, service::crowds),
        titled(&placed("Short sessions"), &section.session_rates, service::session_rates),
        titled(&placed("Introspection"), &section.introspection, introspection),
    ]
    .concat()
}

/// A part of the report; nothing, if it was not measured.
pub(in crate::bench) fn titled<T>(title: &str, rows: &[Row<T>], render: impl Fn(&[Row<T>]) -> String) -> String {
    if rows.is_empty() { String::new() } else { format!("\n## {title}\n\n{}", render(rows)) }
}

fn round_trips(rows: &[Row<RoundTripFigures>]) -> String {
    let header = [
        "round trip",
        "p50, us",
        "p99, us",
        "times the bare echo",
        "p99, times the echo's",
        "times the echo through two threads",
        "times its own idle",
    ];
    let ratio = |ratio: Option<_>| ratio.map_or_else(String::new, |ratio| with_quartiles(ratio, 2));
    table(header, rows, |row: &RoundTripFigures| {
        [
            format!("{:.1}", row.p50_us),
            format!("{:.1}", row.p99_us),
            with_quartiles(row.to_echo, 2),
            format!("{:.2}", row.p99_to_echo),
            ratio(row.to_two_threads),
            ratio(row.to_idle),
        ]
    })
}

fn pipelined(rows: &[Row<PipelineFigures>]) -> String {
    table(["pipelined", "commands a second", "server's CPU, us each"], rows, |row: &PipelineFigures| {
        [with_quartiles(row.per_second, 0), with_quartiles(row.cpu_us, 1)]
    })
}

fn introspection(rows: &[Row<IntrospectionFigures>]) -> String {
    let header = [
        "`query-qmp-schema`",
        "entries",
        "bytes",
        "p50, us",
        "replies a second",
        "MB/s",
        "server's CPU, us each",
        "times QEMU",
    ];
    table(header, rows, |row: &IntrospectionFigures| {
        [
            row.entries.to_string(),
            row.bytes.to_string(),
            format!("{:.1}", row.p50_us),
            with_quartiles(row.per_second, 0),
            format!("{:.1}", row.bytes_per_second / 1e6),
            with_quartiles(row.cpu_us, 1),
            row.to_qemu.map_or_else(String::new, |ratio| with_quartiles(ratio, 1)),
        ]
    })
}

pub(in crate::bench) fn with_quartiles(figures: Quartiles, digits: usize) -> String {
    let Quartiles { lower, median, upper } = figures;
    format!("**{median:.digits$}** ({lower:.digits$} to {upper:.digits$})")
}

fn kib(bytes: f64) -> String {
    format!("{:.1}", bytes / 1024.0)
}

fn mib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / (1024.0 * 1024.0))
}
