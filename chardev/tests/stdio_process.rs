//! stdio of a real process under a real terminal, killed in the middle of it.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{next, open, read, write};
use rustix::fs::{Mode, OFlags, fcntl_getfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

/// Not a test of its own: the program that the tests below run. Answers each input with the same in brackets.
#[tokio::test]
async fn child_program() {
    if std::env::var_os("CHARDEV_STDIO_CHILD").is_none() {
        return;
    }
    let mut chardev = open("stdio");
    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(connection.peer(), "stdio");
    loop {
        let input = read(&mut connection).await.unwrap();
        if input.is_empty() {
            break;
        }
        write(&mut connection, &[b"[", input.trim_ascii(), b"]\n"].concat()).await.unwrap();
    }
    connection.finish();
    drop(connection);
    assert!(next(&mut chardev).await.is_none());
}

fn child() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_program", "--nocapture"]).env("CHARDEV_STDIO_CHILD", "1").stderr(Stdio::null());
    command
}

#[test]
fn a_piped_process_answers_until_its_input_ends() {
    let mut child = child().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hi").unwrap();
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(output.contains("[hi]\n"), "{output}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn not_even_a_killed_process_leaves_the_terminal_changed() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave: OwnedFd =
        rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    let modes = || format!("{:?}", rustix::termios::tcgetattr(&slave).unwrap());
    let before = modes();
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = child().stdin(end()).stdout(end()).spawn().unwrap();
    let mut master = File::from(master);
    master.write_all(b"hi\n").unwrap();
    let mut output = String::new();
    while !output.contains("[hi]") {
        let mut bytes = [0; 256];
        let length = master.read(&mut bytes).unwrap();
        output.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!fcntl_getfl(&slave).unwrap().contains(OFlags::NONBLOCK));
    assert_eq!(modes(), before);
}
