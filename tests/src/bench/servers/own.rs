//! The servers that this program has itself: run as child processes.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::bench::connection::Connection;
use crate::program::{Address, DEADLINE};
use crate::{Context, Failure, Outcome};

/// This program again, as one of the servers that it has itself.
#[derive(Debug)]
pub struct OwnServer {
    child: Child,
    address: Address,
    /// Where its socket is, if it is a file.
    _directory: Option<TempDir>,
}

impl OwnServer {
    /// Starts it; `file` is what the subcommand takes besides the socket, if anything.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start(subcommand: &str, file: Option<&Path>) -> Outcome<Self> {
        Self::start_with(subcommand, file)
    }

    /// Starts it on a UNIX socket; `arguments` are what the subcommand takes besides that.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_with(subcommand: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("server.sock");
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(subcommand).arg(&path).args(arguments).stdin(Stdio::null());
        Self::spawn(command, Address::Unix(path), Some(directory))
    }

    /// Starts it on a loopback port.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_tcp(subcommand: &str) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
        let address = Address::Tcp(listener.local_addr()?);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(subcommand).stdin(OwnedFd::from(listener));
        Self::spawn(command, address, None)
    }

    fn spawn(mut command: Command, address: Address, directory: Option<TempDir>) -> Outcome<Self> {
        let child = command.spawn().context(format_args!("cannot start {command:?}"))?;
        let server = Self { child, address, _directory: directory };
        let started = Instant::now();
        while Connection::open(&server.address).is_err() {
            if started.elapsed() > DEADLINE {
                return Err(Failure::new(format!("{command:?} does not listen")));
            }
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
