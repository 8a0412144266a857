//! Places that are taken: two monitors of `qmp-vmm` in one place, and the socket file that a killed one left behind.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

#[path = "stdio/until.rs"]
mod until;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write, pipe};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use until::{SOON, until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_qmp-vmm");

/// A running program, which a test that failed does not leave behind.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Self {
        let command = command.arg("-S").env_remove("RUST_LOG").stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    fn at(socket: &Path) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["--qmp", &format!("unix:{},server=on,wait=off", socket.display())]).stdin(Stdio::null());
        Self::start(command)
    }

    fn ended_by(mut self, signal: Signal) -> ExitStatus {
        let id = i32::try_from(self.0.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        until("the program ends", || self.0.try_wait().unwrap())
    }

    /// Its exit code, and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let status = until("the program ends", || self.0.try_wait().unwrap());
        let mut words = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        (status.code(), words)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `program` runs `qmp-vmm` with the arguments that follow.
fn assert_refused_twice(mut program: Command, chardev: &str, stdin: impl Into<OwnedFd>, words: &str) {
    program.args(["--qmp", chardev, "--qmp", chardev]).stdin(stdin.into());
    let (code, said) = Running::start(program).end();
    assert_eq!(code, Some(1), "{chardev}: {said}");
    let lines: Vec<_> = said.lines().collect();
    let [first, second] = lines[..] else { panic!("{chardev}: not a line for each monitor: {said}") };
    assert!(first.starts_with("qmp-vmm: QMP on "), "the first one was not opened: {first}");
    assert!(second.starts_with(&format!("qmp-vmm: {chardev}: ")) && second.ends_with(words), "{second}");
}

#[test]
fn a_second_monitor_on_stdio_is_refused_in_words() {
    // It stays open: where input has ended, the first one is over and stdio free again.
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(Command::new(PROGRAM), "stdio", stdin, "already in use by another monitor");
}

#[test]
fn a_second_monitor_on_a_socket_file_is_refused_in_words_and_the_file_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let chardev = format!("unix:{},server=on,wait=off", path.display());
    let words =
        format!("cannot listen: a live server already answers on {}; stop it or choose another path", path.display());
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(Command::new(PROGRAM), &chardev, stdin, &words);
    assert!(!path.exists());
}

#[test]
fn a_second_monitor_on_a_tcp_port_is_refused_in_words() {
    // On an address that nothing else uses the port stays free.
    let address = TcpListener::bind("127.81.77.80:0").unwrap().local_addr().unwrap();
    let chardev = format!("tcp:{address},server=on,wait=off");
    let words = format!("cannot listen: {address} is already in use; choose another port, or 0 for any free one");
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(Command::new(PROGRAM), &chardev, stdin, &words);
}

#[test]
fn a_second_monitor_on_an_inherited_descriptor_is_refused_in_words() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 3<&0", PROGRAM]);
    let (_ours, theirs) = UnixStream::pair().unwrap();
    let words = "descriptor 3 was not inherited (it is close-on-exec), or is already in use by another monitor";
    assert_refused_twice(shell, "fd:3", theirs, words);
}

struct Client(BufReader<UnixStream>);

impl Client {
    /// Connects as soon as somebody listens, and enters command mode.
    fn at(socket: &Path) -> Self {
        let stream = until("the socket is listened on", || UnixStream::connect(socket).ok());
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut client = Self(BufReader::new(stream));
        assert!(client.receive().get("QMP").is_some());
        assert_eq!(client.ask("qmp_capabilities"), json!({}));
        client
    }

    fn ask(&mut self, command: &str) -> Value {
        self.0.get_mut().write_all(json!({"execute": command}).to_string().as_bytes()).unwrap();
        self.receive()["return"].take()
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no message: {line:?}"))
    }
}

#[test]
fn what_was_killed_and_started_again_on_its_socket_file_answers_and_removes_the_file_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let first = Running::at(&path);
    let mut client = Client::at(&path);
    assert_eq!(client.ask("query-status")["status"], "prelaunch");
    assert_eq!(first.ended_by(Signal::KILL).signal(), Some(Signal::KILL.as_raw()));
    // Nobody listens, but the file is there.
    assert_eq!(UnixStream::connect(&path).unwrap_err().kind(), ErrorKind::ConnectionRefused);

    let second = Running::at(&path);
    let mut client = Client::at(&path);
    assert_eq!(client.ask("query-status")["status"], "prelaunch");
    let monitors = client.ask("x-query-monitors");
    assert_eq!(monitors[0]["chardev"], format!("unix:{}", path.display()));
    assert_eq!(monitors[0]["counts"]["sessions"], 1, "{monitors}");
    assert_eq!(second.ended_by(Signal::TERM).code(), Some(0));
    assert!(!path.exists());
}
