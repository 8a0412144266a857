//! How long it takes to start: the library's part in a process of its own, from its first call to the greeting that a client in
//! the same process has read; and the programs, from their spawning to the greeting.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use actix::System;
use actix_qmp::{Monitors, VersionInfo};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;

use super::connection::{Connection, expect_greeting};
use super::options::{Options, Server};
use super::report::{Row, RowOutcome, StartFigures};
use super::servers::name_of;
use super::statistics::Quartiles;
use crate::program::{Address, DEADLINE};
use crate::{Context, Failure, Launch, Outcome, Product};

/// Between two attempts to connect: a program that shares the CPU with us must get on.
const PAUSE: Duration = Duration::from_micros(100);

/// Starts one monitor on this socket, reads its greeting, and prints how many microseconds that took.
///
/// # Errors
/// If there is no greeting.
pub fn once(path: &Path) -> Outcome {
    System::new().block_on(async {
        let started = Instant::now();
        let mut monitors = Monitors::builder(VersionInfo::new("start")).start().await?;
        let _monitor = monitors.add(format!("unix:{},server=on,wait=off", path.display()).parse()?).await?;
        let mut greeting = Vec::new();
        BufReader::new(UnixStream::connect(path).await?).read_until(b'\n', &mut greeting).await?;
        let took = started.elapsed();
        expect_greeting(&greeting)?;
        println!("{}", took.as_micros());
        Ok(())
    })
}

/// Measures the library and both products.
pub fn measure(options: &Options) -> Vec<Row<StartFigures>> {
    let mut rows = vec![row("the library, first call to greeting", options, library)];
    for (product, server) in [(Product::Qemu, Server::Qemu), (Product::QmpVmm, Server::QmpVmm)] {
        let name = format!("{}, spawn to greeting", name_of(product));
        rows.push(match product.executable() {
            _ if options.without.contains(&server) => not_measured(&name, "left out by --without"),
            Err(reason) if product == Product::Qemu => not_measured(&name, &reason.to_string()),
            Err(failure) => Row { name, outcome: RowOutcome::Failed { reason: failure.to_string() } },
            Ok(executable) => row(&name, options, || program(product, &executable)),
        });
    }
    rows
}

fn not_measured(name: &str, reason: &str) -> Row<StartFigures> {
    Row { name: name.to_owned(), outcome: RowOutcome::NotMeasured { reason: reason.to_owned() } }
}

fn row(name: &str, options: &Options, run: impl Fn() -> Outcome<Duration>) -> Row<StartFigures> {
    let runs: Outcome<Vec<Duration>> = (0..options.starts()).map(|_| run()).collect();
    let took_ms = runs.map(|runs| Quartiles::of(runs.iter().map(|took| took.as_secs_f64() * 1e3).collect()));
    let outcome = match took_ms {
        Ok(Some(took_ms)) => RowOutcome::Measured(StartFigures { runs: options.starts(), took_ms }),
        Ok(None) => RowOutcome::Failed { reason: "no run".to_owned() },
        Err(failure) => RowOutcome::Failed { reason: failure.to_string() },
    };
    Row { name: name.to_owned(), outcome }
}

fn library() -> Outcome<Duration> {
    let directory = tempfile::tempdir()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("start-once").arg(directory.path().join("server.sock")).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().context("cannot start the library")?;
    if !output.status.success() {
        return Err(Failure::new(format!("the library did not start: {}", output.status)));
    }
    let microseconds = String::from_utf8_lossy(&output.stdout);
    Ok(Duration::from_micros(microseconds.trim().parse().context("no number of microseconds")?))
}

fn program(product: Product, executable: &Path) -> Outcome<Duration> {
    let directory = tempfile::tempdir()?;
    let launch = Launch::new(product);
    let addresses = launch.addresses(directory.path())?;
    let mut command = Command::new(executable);
    command.args(launch.command_line(&addresses)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().context(format_args!("cannot start {}", executable.display()))?;
    let took =
        addresses.first().ok_or_else(|| Failure::new("no monitor")).and_then(|address| greeted(address, started));
    child.kill()?;
    child.wait()?;
    took
}

/// Connects as soon as that is possible, reads the greeting, and gives the time since `started`.
fn greeted(address: &Address, started: Instant) -> Outcome<Duration> {
    let mut connection = loop {
        match Connection::open(address) {
            Ok(connection) => break connection,
            Err(failure) if started.elapsed() > DEADLINE => return Err(failure),
            Err(_) => thread::sleep(PAUSE),
        }
    };
    while connection.receive_lines(expect_greeting)? == 0 {}
    Ok(started.elapsed())
}
