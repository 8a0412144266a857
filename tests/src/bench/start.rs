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
use super::options::Options;
use super::report::{Row, StartFigures};
use super::servers::{self, name_of};
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
    let mut rows = vec![Row::new("the library, first call to greeting", figures(options, library))];
    for product in [Product::Qemu, Product::QmpVmm] {
        let executable = servers::executable(product, options);
        let figures = executable.and_then(|executable| figures(options, || program(product, executable)));
        rows.push(Row::new(format!("{}, spawn to greeting", name_of(product)), figures));
    }
    rows
}

fn figures(options: &Options, run: impl Fn() -> Outcome<Duration>) -> Outcome<StartFigures> {
    let runs = (0..options.starts()).map(|_| run()).collect::<Outcome<Vec<Duration>>>()?;
    let took_ms = Quartiles::of_some(runs.iter().map(|took| took.as_secs_f64() * 1e3).collect())?;
    Ok(StartFigures { runs: runs.len(), took_ms })
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
