//! Prints the figures of `qmp-vmm` side by side with a bare echo, a tokio echo and QEMU; see `--help`.

use std::process::ExitCode;

use actix_qmp_tests::bench::instructions::{self, Purpose};
use actix_qmp_tests::bench::options::{Command, Options};
use actix_qmp_tests::bench::{echo, embedder, event_monitor, large_requests, run, schema_monitor, start};
use clap::Parser;

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.command {
        Some(Command::Echo { path }) => echo::serve_blocking(path).map(|()| ExitCode::SUCCESS),
        Some(Command::TokioEcho { path }) => echo::serve_tokio(path).map(|()| ExitCode::SUCCESS),
        Some(Command::EchoInTurn { path }) => echo::serve_in_turn(path).map(|()| ExitCode::SUCCESS),
        Some(Command::TcpEcho) => echo::serve_tcp_blocking().map(|()| ExitCode::SUCCESS),
        Some(Command::TokioTcpEcho) => echo::serve_tcp_tokio().map(|()| ExitCode::SUCCESS),
        Some(Command::Embedder { path, monitors }) => embedder::serve(path, *monitors).map(|()| ExitCode::SUCCESS),
        Some(Command::StartOnce { path }) => start::once(path).map(|()| ExitCode::SUCCESS),
        Some(Command::Answer { path, reply }) => echo::serve_answer(path, reply).map(|()| ExitCode::SUCCESS),
        Some(Command::SchemaMonitor { path, introspection }) => {
            schema_monitor::serve(path, introspection).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Instructions { check, keep }) => instructions::run(Purpose::of(*check, *keep)),
        Some(Command::EventMonitor { path, sessions }) => {
            event_monitor::serve(path, *sessions).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::ParseOnce { reader, file }) => {
            large_requests::parse_once(*reader, file).map(|()| ExitCode::SUCCESS)
        }
        Some(Command::EchoThroughTwoThreads { path }) => echo::two_threads::serve(path).map(|()| ExitCode::SUCCESS),
        None => run::run(&options),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("bench: {failure}");
        ExitCode::FAILURE
    })
}
