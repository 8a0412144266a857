//! What is measured, in which order.

use std::fs;
use std::process::ExitCode;

mod held;
mod pipelined;
mod round_trips;

use rustix::thread::CpuSet;

use super::options::{OobForm, Options, Part, Server};
use super::placement::{self, Placement};
use super::report::{About, Report, Section};
use super::scale::ScaleFigures;
use super::{asleep, charts, compilation, crowd, idle, introspection, large_requests, open_files, session_rate, start};
use crate::{Context, Outcome, Product};

/// Measures what is asked for and prints the tables.
///
/// # Errors
/// If the bench itself can't work: no echo, no CPU, no place for the JSON.
pub fn run(options: &Options) -> Outcome<ExitCode> {
    open_files::raise_limit()?;
    let at_start = placement::allowed()?;
    let program = build_unless_left_out(options).unwrap_or_else(|failure| {
        // The lines of qmp-vmm say the same; this comes before the minutes that the rest takes.
        eprintln!("bench: {failure}");
        None
    });
    let mut report = Report { about: about(at_start.count() as usize, program, options), ..Report::default() };
    measure(&mut report, options, &at_start)?;
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

fn measure(report: &mut Report, options: &Options, at_start: &CpuSet) -> Outcome {
    let placements = placement::chosen(options.placement, options.pin)?;
    for placement in &placements {
        placement::enter(*placement, at_start)?;
        report.sections.push(section(*placement, options)?);
    }
    placement::enter(placements.first().copied().unwrap_or(Placement::Unpinned), at_start)?;
    if options.has(Part::LargeRequests) {
        report.large_requests = large_requests::measure(options);
    }
    if options.has(Part::Compilation) {
        report.compilation.push(compilation::measure(options));
    }
    if options.has(Part::Start) {
        report.starts = start::measure(options);
    }
    placement::enter(Placement::Unpinned, at_start)?;
    if options.has(Part::Idle) {
        report.asleep = asleep::measure(options);
        report.idle = idle::measure(options);
    }
    report.scale = ScaleFigures::measure(options, &placements, at_start)?;
    placement::enter(Placement::Unpinned, at_start)
}

fn section(placement: Placement, options: &Options) -> Outcome<Section> {
    let mut section = Section::of(placement);
    if options.has(Part::RoundTrips) {
        section.round_trips = round_trips::measure(options)?;
        section.over_tcp = round_trips::measure_over_tcp(options)?;
        section.waiting_in_reads = round_trips::measure_waiting_in_reads(options)?;
    }
    if options.has(Part::Held) {
        section.held = held::measure(options)?;
    }
    if options.has(Part::Pipelined) {
        section.pipelined = pipelined::measure(options);
        section.crowds = crowd::measure(options);
    }
    if options.has(Part::SessionRate) {
        section.session_rates = session_rate::measure(options)?;
    }
    if options.has(Part::Introspection) {
        section.introspection = introspection::measure(options);
    }
    Ok(section)
}

/// Building takes all CPUs: it must not happen pinned.
fn build_unless_left_out(options: &Options) -> Outcome<Option<String>> {
    if options.without.contains(&Server::QmpVmm) {
        return Ok(None);
    }
    Ok(Some(Product::QmpVmm.executable()?.display().to_string()))
}

fn about(cpus: usize, program: Option<String>, options: &Options) -> About {
    let oob_form = match options.form {
        OobForm::ExecOob => "exec-oob",
        OobForm::Control => "control",
    };
    About { cpus, program, optimised: !cfg!(debug_assertions), oob_form, quick: options.quick }
}
