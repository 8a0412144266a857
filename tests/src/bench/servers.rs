//! The processes that answer, each started in the placement of the moment and killed when dropped.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::connection::Connection;
use super::options::{Options, Server};
use crate::program::{Address, DEADLINE, locate};
use crate::{Context, Failure, Launch, Outcome, Product, Program};

/// Something to measure, or why there is nothing.
#[derive(Debug)]
pub enum Availability<T> {
    /// It runs.
    There(T),
    /// It is not here, or was left out: shown, and no fault.
    Absent(String),
    /// It should be here and is not: shown, and the bench fails.
    Broken(String),
}

impl<T> Availability<T> {
    /// What this gives, or why it is not there.
    pub fn and_then<U>(&self, then: impl FnOnce(&T) -> Outcome<U>) -> Availability<U> {
        match self {
            Self::There(there) => then(there).into(),
            Self::Absent(reason) => Availability::Absent(reason.clone()),
            Self::Broken(reason) => Availability::Broken(reason.clone()),
        }
    }
}

impl<T> From<Outcome<T>> for Availability<T> {
    fn from(outcome: Outcome<T>) -> Self {
        match outcome {
            Ok(there) => Self::There(there),
            Err(failure) => Self::Broken(failure.to_string()),
        }
    }
}

/// This program again, as one of the servers that it has itself.
#[derive(Debug)]
pub struct OwnServer {
    child: Child,
    directory: TempDir,
}

impl OwnServer {
    /// Starts it; `file` is what the subcommand takes besides the socket, if anything.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start(subcommand: &str, file: Option<&Path>) -> Outcome<Self> {
        Self::start_under(&[], subcommand, file.map(Path::as_os_str))
    }

    /// Starts it under another program, whose command line stands first; `argument` as in [`Self::start`].
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_under(wrapper: &[&OsStr], subcommand: &str, argument: Option<&OsStr>) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("server.sock");
        let own = std::env::current_exe()?;
        let mut line = wrapper.iter().copied().chain([own.as_os_str(), OsStr::new(subcommand)]);
        let mut command = Command::new(line.next().unwrap_or_default());
        command.args(line).arg(&path).args(argument).stdin(Stdio::null());
        let child = command.spawn().context(format!("cannot start the {subcommand}"))?;
        let server = Self { child, directory };
        let started = Instant::now();
        while Connection::open(&server.path()).is_err() {
            if started.elapsed() > DEADLINE {
                return Err(Failure::new(format!("the {subcommand} does not listen")));
            }
            thread::yield_now();
        }
        Ok(server)
    }

    /// Its socket.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("server.sock")
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, so that what it runs under can say what it saw, and waits for that.
    ///
    /// # Errors
    /// If it does not end.
    pub fn end(mut self) -> Outcome {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).context("cannot end the server")?;
        let started = Instant::now();
        while self.child.try_wait()?.is_none() {
            if started.elapsed() > DEADLINE {
                return Err(Failure::new("the server does not end"));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The monitors of one product. Each serves one client, so each kind of work has its own.
#[derive(Debug)]
pub struct MonitorServer {
    program: Program,
    /// Which product.
    pub product: Product,
}

impl MonitorServer {
    /// Starts the product with this many monitors, unless it is absent or left out.
    pub fn start(product: Product, monitors: usize, options: &Options) -> Availability<Self> {
        let server = match product {
            Product::QmpVmm => Server::QmpVmm,
            Product::Qemu => Server::Qemu,
        };
        if options.without.contains(&server) {
            return Availability::Absent("left out by --without".to_owned());
        }
        if let (Server::Qemu, Err(reason)) = (server, locate::qemu()) {
            return Availability::Absent(reason.to_string());
        }
        match Launch::new(product).monitors(monitors).start() {
            Ok(program) => Availability::There(Self { program, product }),
            Err(failure) => Availability::Broken(failure.to_string()),
        }
    }

    /// The socket of one monitor.
    ///
    /// # Errors
    /// If it is not a UNIX socket.
    pub fn path(&self, monitor: usize) -> Outcome<&Path> {
        match self.program.address(monitor) {
            Address::Unix(path) => Ok(path),
            Address::Tcp(_) => Err(Failure::new("not a UNIX socket")),
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }
}

/// How a product is called in the tables.
pub fn name_of(product: Product) -> &'static str {
    match product {
        Product::QmpVmm => "qmp-vmm",
        Product::Qemu => "QEMU",
    }
}
