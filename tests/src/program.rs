//! A program that runs for the length of a test: started with its sockets in a temporary directory, killed when
//! dropped, its stderr kept for the failure's text.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub mod launch;
pub mod locate;
mod stderr;

pub use launch::{Address, Launch, Product, Transport};
use stderr::{Quiet, StderrCollector};

use crate::client::QmpClient;
use crate::{Context, Failure, Outcome};

/// How long anything in the harness is waited for before it counts as lost. Generous: it only ever ends a failed test.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A running program with at least one monitor.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stderr: StderrCollector,
    addresses: Vec<Address>,
    directory: TempDir,
}

impl Program {
    pub(super) fn start(launch: &Launch) -> Outcome<Self> {
        let executable = launch.product.executable()?;
        let directory = tempfile::tempdir().context("no temporary directory")?;
        let addresses = launch.addresses(directory.path())?;
        let mut child = Command::new(&executable)
            .args(launch.command_line(&addresses))
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context(format!("cannot start {}", executable.display()))?;
        let stderr = StderrCollector::of(&mut child);
        let mut program = Self { child, stderr, addresses, directory };
        program.wait_until_greeting()?;
        Ok(program)
    }

    /// Another process can't tell us that it listens now: connecting is tried until it works. The last monitor is made
    /// last, so its greeting means that all are there. Who does not greet may be another test that looks for a free port.
    fn wait_until_greeting(&mut self) -> Outcome {
        let started = Instant::now();
        let last = self.addresses.len() - 1;
        loop {
            match self.client(last).and_then(|mut client| client.greeting()) {
                Ok(_greeting) => return Ok(()),
                Err(failure) if started.elapsed() > DEADLINE => return Err(self.with_stderr(failure)),
                Err(_) => match self.stderr.pause(Duration::from_millis(2)) {
                    Quiet::StillOpen => {}
                    Quiet::Ended => {
                        let status = self.child.wait()?;
                        return Err(self.with_stderr(Failure::new(format!("the program ended: {status}"))));
                    }
                },
            }
        }
    }

    /// A client connected to monitor `number`, which has not read the greeting yet.
    ///
    /// # Errors
    /// If the connection is refused.
    pub fn client(&self, number: usize) -> Outcome<QmpClient> {
        QmpClient::connect(self.address(number))
    }

    /// A client of the first monitor, in command mode, with these capabilities enabled.
    ///
    /// # Errors
    /// If greeting or negotiation fail.
    pub fn session(&self, enable: &[&str]) -> Outcome<QmpClient> {
        self.session_on(0, enable)
    }

    /// A client of monitor `number`, in command mode, with these capabilities enabled.
    ///
    /// # Errors
    /// If greeting or negotiation fail.
    pub fn session_on(&self, number: usize, enable: &[&str]) -> Outcome<QmpClient> {
        QmpClient::negotiated(self.address(number), enable)
    }

    /// Where monitor `number` listens.
    ///
    /// # Panics
    /// If there is no such monitor.
    pub fn address(&self, number: usize) -> &Address {
        &self.addresses[number]
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A directory that is removed with the program: for what it is to write.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the program has said on stderr so far.
    pub fn stderr(&mut self) -> &str {
        self.stderr.text()
    }

    /// Whether the program has ended, and how.
    ///
    /// # Errors
    /// If the system can't say.
    pub fn has_ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for the program to end by itself.
    ///
    /// # Errors
    /// If it still runs after [`DEADLINE`]; the text holds its stderr.
    pub fn wait_exit(&mut self) -> Outcome<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if started.elapsed() > DEADLINE {
                return Err(self.with_stderr(Failure::new("the program does not end")));
            }
            // Returns at once when stderr closes, which is when the program ends.
            let _ = self.stderr.pause(Duration::from_millis(2));
        }
    }

    fn with_stderr(&mut self, failure: Failure) -> Failure {
        Failure::new(format!("{failure}\n--- stderr of the program ---\n{}", self.stderr.text()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already; then both say so, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
