//! The processes that answer, each started in the placement of the moment and killed when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

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

/// An echo, in a process of its own.
#[derive(Debug)]
pub struct EchoServer {
    child: Child,
    directory: TempDir,
}

impl EchoServer {
    /// Starts this program again as one of the echoes.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start(subcommand: &str) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("echo.sock");
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.arg(subcommand).arg(&path).stdin(Stdio::null()).spawn().context("cannot start an echo")?;
        let server = Self { child, directory };
        let started = Instant::now();
        while Connection::open(&server.path()).is_err() {
            if started.elapsed() > DEADLINE {
                return Err(Failure::new(format!("the {subcommand} does not listen")));
            }
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// Its socket.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("echo.sock")
    }
}

impl Drop for EchoServer {
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
