//! Prints the figures of `qmp-vmm` side by side with a bare echo, a tokio echo and QEMU; see `--help`.

use std::process::ExitCode;

use actix_qmp_tests::Outcome;
use actix_qmp_tests::bench::echo::{self, on_tokio, two_threads};
use actix_qmp_tests::bench::embedder::{event_monitor, hold_monitor, schema_monitor};
use actix_qmp_tests::bench::instructions::{self, Purpose};
use actix_qmp_tests::bench::options::{Command, Options, Process};
use actix_qmp_tests::bench::{large_requests, run, start};
use clap::Parser;

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.command {
        Some(Command::Instructions { check, keep }) => instructions::run(Purpose::of(*check, *keep)),
        Some(Command::Process(process)) => become_process(process).map(|()| ExitCode::SUCCESS),
        None => run::run(&options),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("bench: {failure}");
        ExitCode::FAILURE
    })
}

/// Ends only when it is done, or killed.
fn become_process(process: &Process) -> Outcome {
    match process {
        Process::Echo { path } => echo::serve_blocking(path.as_deref()),
        Process::EchoThroughTwoThreads { path } => two_threads::serve(path.as_deref()),
        Process::TokioEcho { path } => on_tokio::serve(path.as_deref()),
        Process::EchoInTurn { path } => echo::serve_in_turn(path.as_deref()),
        Process::Answer { path, reply } => echo::serve_answer(path, reply),
        Process::HoldMonitor { path, monitors } => hold_monitor::serve(path, *monitors),
        Process::EventMonitor { path, monitors } => event_monitor::serve(path, *monitors),
        Process::SchemaMonitor { path, introspection } => schema_monitor::serve(path, introspection),
        Process::StartOnce { path } => start::once(path),
        Process::ParseOnce { reader, file } => large_requests::parse_once(*reader, file),
    }
}
