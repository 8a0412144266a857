//! The servers that this program has itself: run as child processes.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
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
        Self::start_under(&[], subcommand, arguments)
    }

    /// Starts it under another program, whose command line stands first; `arguments` as in [`Self::start_with`].
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_under(
        wrapper: &[&OsStr],
        subcommand: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("server.sock");
        let own = std::env::current_exe()?;
        let mut line = wrapper.iter().copied().chain([own.as_os_str(), OsStr::new(subcommand)]);
        let mut command = Command::new(line.next().unwrap_or_default());
        command.args(line).arg(&path).args(arguments).stdin(Stdio::null());
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
            thread::yield_now();
        }
        Ok(server)
    }

    /// Its socket, if it has one of UNIX.
    ///
    /// # Errors
    /// If it has none.
    pub fn path(&self) -> Outcome<&Path> {
        match &self.address {
            Address::Unix(path) => Ok(path),
            Address::Tcp(_) => Err(Failure::new("not a UNIX socket")),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
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
        kill_process(Pid::from_child(&self.child), Signal::TERM).context("cannot end the server")?;
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
