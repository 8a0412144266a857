//! What is measured, in which order.

use std::fs;
use std::process::ExitCode;

mod apart;
mod hindered;
mod line_up;

use super::options::{OobForm, Options, Part, Server};
use super::placement::{self, Placement};
use super::report::{About, Report, RoundTripFigures, Row, Section};
use super::scale::ScaleFigures;
use super::{
    asleep, charts, compilation, crowd, idle, introspection, large_requests, open_files, pipeline, round_trip,
    session_rate, start,
};
use crate::{Context, Outcome, Product};
use apart::Apart;
use hindered::Hindered;
use line_up::LineUp;

/// Measures everything and prints the tables.
///
/// # Errors
/// If the bench itself can't work: no echo, no CPU, no place for the JSON.
pub fn run(options: &Options) -> Outcome<ExitCode> {
    open_files::raise_limit()?;
    let at_start = placement::allowed()?;
    let program = build_unless_left_out(options).unwrap_or_else(|failure| {
        // The lines of qmp-vmm say the same; this comes before the minute that the rest takes.
        eprintln!("bench: {failure}");
        None
    });
    let mut sections = Vec::new();
    let placements = placement::chosen(options.placement, options.pin)?;
    for placement in placements.iter().filter(|_| options.has(Part::Base)) {
        placement::enter(*placement, &at_start)?;
        sections.push(section(*placement, options)?);
    }
    placement::enter(placements.first().copied().unwrap_or(Placement::Unpinned), &at_start)?;
    let mut report =
        Report { about: about(at_start.count() as usize, program, options), sections, ..Report::default() };
    if options.has(Part::LargeRequests) {
        report.large_requests = large_requests::measure(options);
    }
    if options.has(Part::Base) {
        report.compilation.push(compilation::measure(options));
    }
    if options.has(Part::Idle) {
        report.starts = start::measure(options);
        placement::enter(Placement::Unpinned, &at_start)?;
        report.asleep = asleep::measure(options);
        report.idle = idle::measure(options);
    }
    report.scale = ScaleFigures::measure(options, &placements, &at_start)?;
    placement::enter(Placement::Unpinned, &at_start)?;
    println!("{}", report.to_markdown());
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(path, text).context(format!("cannot write {}", path.display()))?;
    }
    if let Some(directory) = &options.charts {
        charts::write(&report, directory)?;
    }
    Ok(if report.has_failures() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Building takes all CPUs: it must not happen pinned.
fn build_unless_left_out(options: &Options) -> Outcome<Option<String>> {
    if options.without.contains(&Server::QmpVmm) {
        return Ok(None);
    }
    Ok(Some(Product::QmpVmm.executable()?.display().to_string()))
}

fn section(placement: Placement, options: &Options) -> Outcome<Section> {
    let line_up = LineUp::start(options)?;
    let extent = options.extent();
    Ok(Section {
        placement,
        round_trips: round_trip::measure(line_up.round_trips(options.form)?, extent)?,
        over_tcp: apart(&Apart::over_tcp(options)?, options)?,
        waiting_in_reads: apart(&Apart::waiting_in_reads(options)?, options)?,
        hindered: hindered(options)?,
        pipelined: pipeline::measure(line_up.pipelined(), extent),
        crowds: crowd::measure(crowd::start(options), extent),
        session_rates: session_rate::measure(session_rate::LineUp::start(options)?, extent),
        introspection: introspection::measure(line_up.introspection(), extent),
    })
}

fn apart(line_up: &Apart, options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    round_trip::measure(line_up.round_trips(options.form), options.extent())
}

/// With servers that end when it is done.
fn hindered(options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let line_up = Hindered::start(options)?;
    round_trip::measure(line_up.round_trips(), options.extent())
}

fn about(cpus: usize, program: Option<String>, options: &Options) -> About {
    let oob_form = match options.form {
        OobForm::ExecOob => "exec-oob",
        OobForm::Control => "control",
    };
    About { cpus, program, optimised: !cfg!(debug_assertions), oob_form, quick: options.quick }
}
