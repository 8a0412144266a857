//! The Python clients: `qemu.qmp` with its `qmp-shell`, in a virtual environment that is made once under the target
//! directory, and the scripts of `tests/python` that use it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

use crate::program::locate;
use crate::{Context, Failure, Outcome};

const CLIENT: &str = "qemu.qmp==0.0.6";

/// How long a script may take. It only ever ends a failed test.
const SCRIPT_DEADLINE: Duration = Duration::from_secs(60);

/// A virtual environment with the client in it.
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

/// What a script or a shell left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on stdout.
    pub stdout: String,
    /// What it printed on stderr.
    pub stderr: String,
}

impl Environment {
    /// The environment, made if it isn't there. Several processes may ask at once: one makes it.
    ///
    /// # Errors
    /// With the reason why it can't be made (no Python, no package): a reason to skip, not to fail.
    pub fn prepare() -> Outcome<Self> {
        let folder = locate::target_directory().join("python-clients");
        fs::create_dir_all(&folder).context(folder.display())?;
        let lock = File::create(folder.join("lock")).context("cannot create the lock file")?;
        // Released when the file is closed, at the end of this function or of the process.
        flock(&lock, FlockOperation::LockExclusive)?;
        let stamp = folder.join("ready");
        if fs::read_to_string(&stamp).is_ok_and(|made| made == CLIENT) {
            return Ok(Self { folder });
        }
        let progress = format!("making {} with {CLIENT}\n", folder.display());
        io::stderr().lock().write_all(progress.as_bytes())?;
        // Called from the folder, so that a path in a message stays short.
        run_tool(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(&folder))?;
        run_tool(Command::new(folder.join("venv/bin/python")).args(["-m", "pip", "install", "--quiet", CLIENT]))?;
        fs::write(&stamp, CLIENT)?;
        Ok(Self { folder })
    }

    /// Runs `tests/python/SCRIPT` with these arguments.
    ///
    /// # Errors
    /// If it does not end with success in time; the text holds what it printed.
    pub fn script(&self, script: &str, arguments: &[&str]) -> Outcome<Finished> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
        let mut command = Command::new(self.folder.join("venv/bin/python"));
        // `-B`: no byte code beside the sources.
        command.arg("-B").arg(path).args(arguments).env("QMP_SHELL", self.folder.join("venv/bin/qmp-shell"));
        self.run(command, "").context(script)?.expect_success(script)
    }

    /// Runs `qmp-shell` with these lines on its stdin.
    ///
    /// # Errors
    /// If it does not end in time.
    pub fn shell(&self, arguments: &[&str], lines: &str) -> Outcome<Finished> {
        let mut command = Command::new(self.folder.join("venv/bin/qmp-shell"));
        command.args(arguments);
        self.run(command, lines)
    }

    /// Runs a command in a home of its own: the shell keeps its history there.
    fn run(&self, mut command: Command, input: &str) -> Outcome<Finished> {
        let home = tempfile::tempdir()?;
        let mut child = command
            .env("HOME", home.path())
            .env("TERM", "dumb")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let id = child.id();
        // Ended early, it reads no more: its output says why.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(child.wait_with_output()));
        let output = match receiver.recv_timeout(SCRIPT_DEADLINE) {
            Ok(output) => output?,
            Err(RecvTimeoutError::Timeout) => {
                end(id);
                let output = receiver.recv()??;
                return Err(Failure::new(format!("still running after {SCRIPT_DEADLINE:?}\n{}", printed(&output))));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::new("the waiting thread ended")),
        };
        Ok(Finished {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

impl Finished {
    fn expect_success(self, what: &str) -> Outcome<Self> {
        if self.status.success() {
            return Ok(self);
        }
        Err(Failure::new(format!("{what}: {}\n{}\n{}", self.status, self.stdout, self.stderr)))
    }
}

/// Ends the child that we started; its output is then complete.
fn end(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended meanwhile; that is what is wanted.
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn run_tool(command: &mut Command) -> Outcome {
    let output = command.stdin(Stdio::null()).output().context(format!("cannot run {command:?}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{command:?} failed: {}", printed(&output))))
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
