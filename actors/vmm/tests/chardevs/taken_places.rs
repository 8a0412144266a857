//! Places that are taken: two monitors of `qmp-vmm` in one place, and the socket file that a killed one left behind.

use std::io::{ErrorKind, pipe};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::json;

use crate::rig::{Client, PROGRAM, Running, command, program, program_at};

/// `program` runs `qmp-vmm` with the arguments that follow.
fn assert_refused_twice(mut program: Command, chardev: &str, stdin: impl Into<OwnedFd>, words: &str) {
    program.args(["--qmp", chardev, "--qmp", chardev, "-S"]).stdin(stdin.into()).stdout(Stdio::null());
    let (code, said) = Running::start(program).end();
    assert_eq!(code, Some(1), "{chardev}: {said:?}");
    let [first, second] = &said[..] else { panic!("{chardev}: not a line for each monitor: {said:?}") };
    assert!(first.starts_with("qmp-vmm: QMP on "), "the first one was not opened: {first}");
    assert!(second.starts_with(&format!("qmp-vmm: {chardev}: ")) && second.ends_with(words), "{second}");
}

#[test]
fn a_second_monitor_on_stdio_is_refused_in_words() {
    // It stays open: where input has ended, the first one is over and stdio free again.
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(program(), "stdio", stdin, "already in use by another monitor");
}

#[test]
fn a_second_monitor_on_a_socket_file_is_refused_in_words_and_the_file_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let chardev = format!("unix:{},server=on,wait=off", path.display());
    let words =
        format!("cannot listen: a live server already answers on {}; stop it or choose another path", path.display());
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(program(), &chardev, stdin, &words);
    assert!(!path.exists());
}

#[test]
fn a_second_monitor_on_a_tcp_port_is_refused_in_words() {
    // On an address that nothing else uses the port stays free.
    let address = TcpListener::bind("127.81.77.80:0").unwrap().local_addr().unwrap();
    let chardev = format!("tcp:{address},server=on,wait=off");
    let words = format!("cannot listen: {address} is already in use; choose another port, or 0 for any free one");
    let (stdin, _input) = pipe().unwrap();
    assert_refused_twice(program(), &chardev, stdin, &words);
}

#[test]
fn a_second_monitor_on_an_inherited_descriptor_is_refused_in_words() {
    let mut shell = command("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 3<&0", PROGRAM]);
    let (_ours, theirs) = UnixStream::pair().unwrap();
    let words = "descriptor 3 was not inherited (it is close-on-exec), or is already in use by another monitor";
    assert_refused_twice(shell, "fd:3", theirs, words);
}

#[test]
fn what_was_killed_and_started_again_on_its_socket_file_answers_and_removes_the_file_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let status = |client: &mut Client| {
        client.send(&json!({"execute": "query-status"}));
        client.receive()["return"]["status"].take()
    };
    let mut first = Running::start(program_at(&path));
    assert_eq!(status(&mut Client::at(&path)), "prelaunch");
    first.signal(Signal::KILL);
    assert_eq!(first.status().signal(), Some(Signal::KILL.as_raw()));
    // Nobody listens, but the file is there.
    assert_eq!(UnixStream::connect(&path).unwrap_err().kind(), ErrorKind::ConnectionRefused);

    let second = Running::start(program_at(&path));
    let mut client = Client::at(&path);
    assert_eq!(status(&mut client), "prelaunch");
    let monitors = client.ask("x-query-monitors", &json!({}));
    assert_eq!(monitors[0]["chardev"], format!("unix:{}", path.display()));
    assert_eq!(monitors[0]["counts"]["sessions"], 1, "{monitors}");
    second.signal(Signal::TERM);
    assert_eq!(second.code(), Some(0));
    assert!(!path.exists());
}
