//! The program with pipes, a terminal or sockets as its standard input and output, and who talks to it there.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// Nothing here takes long; whatever takes longer hangs.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// With one monitor, on stdio, before a guest that does not run.
pub(crate) const ON_STDIO: [&str; 3] = ["--qmp", "stdio", "-S"];

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_qmp-vmm");

pub(crate) fn program() -> Command {
    command(PROGRAM)
}

/// The same as leader of a session whose terminal is its standard input, as a shell in a window would be.
pub(crate) fn program_with_the_terminal_to_itself() -> Command {
    let mut setsid = command("setsid");
    setsid.args(["--ctty", PROGRAM]);
    setsid
}

pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env_remove("RUST_LOG").stderr(Stdio::piped());
    command
}

/// Asks again and again until there is an answer.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "after {SOON:?} still not: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether something can be read or written there before the time is up; the end can be read.
pub(crate) fn is_ready(fd: impl AsFd, flags: PollFlags, within: Duration) -> bool {
    let time = Timespec::try_from(within).unwrap();
    poll(&mut [PollFd::new(&fd, flags)], Some(&time)).unwrap() > 0
}

/// `qmp-vmm` with a monitor on a socket file, before a guest that does not run.
pub(crate) fn program_at(socket: &Path) -> Command {
    let mut program = program();
    let chardev = format!("unix:{},server=on,wait=off", socket.display());
    program.args(["--qmp", &chardev, "-S"]).stdin(Stdio::null()).stdout(Stdio::null());
    program
}

/// A running program, which a test that failed does not leave behind.
pub(crate) struct Running(Child);

impl Running {
    /// Its own copies of standard input and output are gone from here afterwards.
    pub(crate) fn start(mut command: Command) -> Self {
        Self(command.spawn().unwrap())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.0.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    pub(crate) fn status(&mut self) -> ExitStatus {
        until("the program ends", || self.0.try_wait().unwrap())
    }

    /// Its exit code, and the lines that it wrote to standard error.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let status = self.status();
        let words = BufReader::new(self.0.stderr.take().unwrap());
        (status.code(), words.lines().map(Result::unwrap).collect())
    }

    pub(crate) fn code(self) -> Option<i32> {
        self.end().0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A client on any two descriptors.
pub(crate) struct Client {
    input: Option<File>,
    output: BufReader<Patient>,
}

impl Client {
    /// `input` is the program's.
    pub(crate) fn new(input: impl Into<OwnedFd>, output: impl Into<OwnedFd>) -> Self {
        let output = BufReader::new(Patient(File::from(output.into())));
        Self { input: Some(File::from(input.into())), output }
    }

    /// Of a terminal, or of a socket.
    pub(crate) fn on_both(both: impl Into<OwnedFd>) -> Self {
        let both = both.into();
        Self::new(both.try_clone().unwrap(), both)
    }

    /// Connects to a monitor's socket as soon as there is one, and enables `oob`.
    pub(crate) fn at(socket: &Path) -> Self {
        let stream = until("the socket is listened on", || UnixStream::connect(socket).ok());
        let mut client = Self::on_both(stream);
        client.negotiate(&["oob"]);
        client
    }

    pub(crate) fn negotiate(&mut self, enable: &[&str]) {
        assert!(self.receive().get("QMP").is_some());
        self.send(&json!({"execute": "qmp_capabilities", "arguments": {"enable": enable}}));
        assert_eq!(self.receive(), json!({"return": {}}));
    }

    pub(crate) fn send(&mut self, request: &Value) {
        self.write(&format!("{request}\n"));
    }

    pub(crate) fn write(&mut self, text: &str) {
        self.input.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn end_input(&mut self) {
        self.input = None;
    }

    pub(crate) fn receive(&mut self) -> Value {
        self.next().expect("the output goes on")
    }

    /// All messages to the end of output.
    pub(crate) fn rest(mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next()).collect()
    }

    /// The next message, but for those that a terminal has echoed; none: the output has ended.
    fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // Control-C is echoed too, and ends no line.
            let line = line.trim_start_matches("^C");
            let message: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no message: {line:?}"));
            if message.get("execute").is_none() {
                return Some(message);
            }
        }
    }

    /// The answer to an out-of-band command, over events.
    pub(crate) fn ask(&mut self, command: &str, arguments: &Value) -> Value {
        self.send(&json!({"exec-oob": command, "arguments": arguments, "id": command}));
        loop {
            let mut message = self.receive();
            if message["id"] == command {
                return message["return"].take();
            }
        }
    }

    /// Whether there is nothing to read, not even the end of output.
    pub(crate) fn hears_nothing(&self) -> bool {
        self.output.buffer().is_empty() && !is_ready(&self.output.get_ref().0, PollFlags::IN, Duration::ZERO)
    }
}

/// What `x-query-monitors` says of the monitor on stdio.
pub(crate) fn stdio_as_seen_by(observer: &mut Client) -> Value {
    let monitors = observer.ask("x-query-monitors", &json!({}));
    monitors.as_array().unwrap().iter().find(|monitor| monitor["chardev"] == "stdio").unwrap().clone()
}

/// Reads wait, but not for ever.
struct Patient(File);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !is_ready(&self.0, PollFlags::IN, SOON) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "nothing more to read"));
        }
        self.0.read(buffer)
    }
}
