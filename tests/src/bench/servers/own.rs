//! The servers that this program has itself: run as child processes.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::bench::connection::Connection;
use crate::bench::embedder::path_of;
use crate::program::{Address, DEADLINE, Transport};
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
    /// Starts it on a UNIX socket; `arguments` are what the subcommand takes besides that.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start(subcommand: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome<Self> {
        Self::start_under(&[], subcommand, arguments)
    }

    /// Starts an echo.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_echo(subcommand: &str, transport: Transport) -> Outcome<Self> {
        match transport {
            Transport::Unix => Self::start(subcommand, [""; 0]),
            Transport::Tcp => Self::start_tcp(subcommand),
        }
    }

    /// Starts an embedder with this many monitors.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn start_embedder(subcommand: &str, monitors: usize) -> Outcome<Self> {
        Self::start(subcommand, [monitors.to_string()])
    }

    /// Starts it under another program, whose command line stands first; `arguments` as in [`Self::start`].
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

    /// Its standard input is a socket that listens on a loopback port.
    fn start_tcp(subcommand: &str) -> Outcome<Self> {
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

    /// The socket of one of its monitors, if it is an embedder.
    ///
    /// # Errors
    /// If it is not a UNIX socket.
    pub fn monitor(&self, monitor: usize) -> Outcome<PathBuf> {
        Ok(path_of(self.address.as_path()?, monitor))
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
