//! The report as Markdown tables.

mod service;

use super::{
    About, CompilationFigures, IdleFigures, IntrospectionFigures, PipelineFigures, Report, RoundTripFigures, Row,
    RowOutcome, Section,
};
use crate::bench::statistics::Quartiles;

pub(super) fn render(report: &Report) -> String {
    let mut text = heading(&report.about);
    for section in &report.sections {
        text.push_str(&render_section(section));
    }
    text.push_str(&report.large_requests.to_markdown());
    if !(report.compilation.is_empty() && report.idle.is_empty()) {
        text.push_str(&render_base(report));
    }
    text.push_str(&report.scale.to_markdown());
    text
}

fn render_base(report: &Report) -> String {
    let mut text = String::new();
    text.push_str(&format!("\n## Compiling a schema\n\n{}", render_compilation(&report.compilation)));
    text.push_str(&format!("\n## Starting\n\n{}", service::starts(&report.starts)));
    text.push_str(&format!("\n## Idle sessions of the library alone\n\n{}", service::asleep(&report.asleep)));
    text.push_str("\n## Idle sessions\n\n");
    text.push_str(&table(
        [
            "server",
            "KiB a session",
            "KiB a monitor and its session",
            "RSS with one monitor, MiB",
            "with all monitors, MiB",
            "with all sessions, MiB",
        ],
        &report.idle,
        |idle: &IdleFigures| {
            [
                kib(idle.bytes_per_session),
                kib(idle.bytes_per_monitor_and_session),
                mib(idle.one_monitor_bytes),
                mib(idle.before_bytes),
                mib(idle.after_bytes),
            ]
        },
    ));
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
    let placement = section.placement;
    let round_trips = render_round_trips(&section.round_trips);
    let over_tcp = render_round_trips(&section.over_tcp);
    let waiting_in_reads = render_round_trips(&section.waiting_in_reads);
    let hindered = render_round_trips(&section.hindered);
    let pipelined = table(
        ["pipelined", "commands a second", "server's CPU, us each"],
        &section.pipelined,
        |row: &PipelineFigures| [with_quartiles(row.per_second, 0), with_quartiles(row.cpu_us, 1)],
    );
    let crowds = service::crowds(&section.crowds);
    let session_rates = service::session_rates(&section.session_rates);
    let introspection = render_introspection(&section.introspection);
    format!(
        "\n## Round trips, {placement}\n\n{round_trips}\n## Round trips over TCP, {placement}\n\n{over_tcp}\n\
         ## Round trips of a client that waits in its read, {placement}\n\n{waiting_in_reads}\n\
         ## Round trips while the main thread has no time, {placement}\n\n{hindered}\n## Pipelined, {placement}\n\n{pipelined}\n\
         ## Pipelined on many connections, {placement}\n\n{crowds}\n## Short sessions, {placement}\n\n{session_rates}\n\
         ## Introspection, {placement}\n\n{introspection}"
    )
}

fn render_round_trips(rows: &[Row<RoundTripFigures>]) -> String {
    let header = [
        "round trip",
        "p50, us",
        "p99, us",
        "times the bare echo",
        "p99, times the echo's",
        "times its own idle, or the echo through two threads",
    ];
    table(header, rows, |row: &RoundTripFigures| {
        [
            format!("{:.1}", row.p50_us),
            format!("{:.1}", row.p99_us),
            with_quartiles(row.to_echo, 2),
            format!("{:.2}", row.p99_to_echo),
            row.to_beside.map_or_else(String::new, |ratio| with_quartiles(ratio, 2)),
        ]
    })
}

fn render_introspection(rows: &[Row<IntrospectionFigures>]) -> String {
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

fn render_compilation(rows: &[Row<CompilationFigures>]) -> String {
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

/// A table whose first column is the rows' names. What can't be shown says so in the second.
pub(in crate::bench) fn table<T, const COLUMNS: usize, const CELLS: usize>(
    header: [&str; COLUMNS],
    rows: &[Row<T>],
    cells: impl Fn(&T) -> [String; CELLS],
) -> String {
    let mut text = format!("| {} |\n|---|{}\n", header.join(" | "), "---:|".repeat(COLUMNS - 1));
    for row in rows {
        let rest = match &row.outcome {
            RowOutcome::Measured(figures) => cells(figures).join(" | "),
            RowOutcome::NotMeasured { reason } => format!("not measured: {}", on_one_line(reason)),
            RowOutcome::Failed { reason } => format!("FAILED: {}", on_one_line(reason)),
        };
        text.push_str(&format!("| {} | {rest} |\n", row.name));
    }
    text
}

fn on_one_line(reason: &str) -> String {
    reason.trim().replace('\n', " / ").replace('|', "\\|")
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
