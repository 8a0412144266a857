//! The system calls of a running monitor are those that docs/reliability.md lists, thread by thread: whoever writes a
//! seccomp filter works from that list.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use actix_qmp_tests::program::launch::{Address, Transport};
use actix_qmp_tests::{Context, Failure, Launch, Outcome, Product, Program, skip};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

/// The table's name of a thread, by the name that the kernel has for it.
const THREADS: [(&str, &str); 2] = [("qmp-vmm", "main"), ("actix-rt|system", "I/O")];

/// `strace`, attached to a running program; it ends when the program does.
struct Tracer {
    child: Child,
    stderr: BufReader<ChildStderr>,
    log: PathBuf,
}

impl Tracer {
    /// Returns once every thread of `program` is watched.
    fn attach(program: &Program) -> Outcome<Self> {
        let log = program.directory().join("strace.log");
        let mut child = Command::new("strace")
            .args(["--follow-forks", "--decode-pids=comm", "--attach", &program.pid().to_string(), "--output"])
            .arg(&log)
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start strace")?;
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line)?;
        if line.contains(" attached with ") {
            return Ok(Self { child, stderr, log });
        }
        Err(Failure::new(format!("strace did not attach: {line}")))
    }

    /// What each thread asked of the kernel until the program ended.
    fn calls(mut self) -> Outcome<BTreeMap<String, BTreeSet<String>>> {
        std::io::copy(&mut self.stderr, &mut std::io::sink())?;
        self.child.wait()?;
        let mut calls = BTreeMap::<String, BTreeSet<String>>::new();
        for line in fs::read_to_string(&self.log)?.lines() {
            if let Some((thread, call)) = call_of(line) {
                calls.entry(thread.to_owned()).or_default().insert(call.to_owned());
            }
        }
        Ok(calls)
    }
}

/// Thread and call of a line such as `12<qmp-vmm> write(1, ...`; none of signals, exits and the ends of calls.
fn call_of(line: &str) -> Option<(&str, &str)> {
    let (thread, rest) = line.split_once('<')?.1.split_once("> ")?;
    let (call, _) = rest.trim_start().split_once('(')?;
    call.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some((thread, call))
}

/// The calls that the page lists for a thread.
fn listed(thread: &str) -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/reliability.md");
    let text = fs::read_to_string(page).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("| {thread} |"))).unwrap();
    row.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// All that a client can make a monitor do to its socket.
fn exercise(program: &Program) -> Outcome {
    let mut client = program.session(&["oob"])?;
    client.execute("cont", json!({}))?;
    client.wait_event("RESUME")?;
    client.execute_oob("query-yank", json!({}))?;
    client.send("{'execute': 'query-status', 'id': 1}[")?;
    client.shutdown_write()?;
    while client.next_message().is_ok() {}
    vanish(program)?;
    stop_reading(program)
}

/// Leaves in the middle of a request.
fn vanish(program: &Program) -> Outcome {
    let mut client = program.session(&[])?;
    client.send("{'execute': 'query-sta")?;
    drop(client);
    if let Address::Unix(path) = program.address(0) {
        UnixStream::connect(path)?.shutdown(Shutdown::Read)?;
    }
    Ok(())
}

/// Leaves more output than the socket takes, then reads it all: the monitor has to wait for room.
fn stop_reading(program: &Program) -> Outcome {
    let mut client = program.session(&[])?;
    for id in 0..4 {
        client.send(json!({"execute": "query-qmp-schema", "id": id}).to_string())?;
    }
    for _ in 0..4 {
        client.next_answer()?;
    }
    Ok(())
}

fn calls_are_listed(test: &str, transport: Transport) -> Outcome {
    if !cfg!(target_arch = "x86_64") {
        return skip::report(test, "the list is of x86-64");
    }
    if Command::new("strace").arg("--version").stdout(Stdio::null()).status().is_err() {
        return skip::report(test, "strace is not installed");
    }
    let mut program = Launch::new(Product::QmpVmm).transport(transport).monitors(2).start()?;
    let tracer = Tracer::attach(&program)?;
    exercise(&program)?;
    let pid = Pid::from_raw(i32::try_from(program.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::TERM)?;
    assert!(program.wait_exit()?.success());
    let calls = tracer.calls()?;
    let missing = THREADS.map(|(name, thread)| (thread, &calls[name] - &listed(thread)));
    assert!(missing.iter().all(|(_, calls)| calls.is_empty()), "docs/reliability.md lacks {missing:?}");
    // Helpers of the runtime may only be seen to end.
    assert!(THREADS.into_iter().all(|(name, _)| calls[name].contains("epoll_wait")), "{calls:?}");
    Ok(())
}

#[test]
fn every_system_call_on_a_unix_socket_is_listed() -> Outcome {
    calls_are_listed("every_system_call_on_a_unix_socket_is_listed", Transport::Unix)
}

#[test]
fn every_system_call_on_tcp_is_listed() -> Outcome {
    calls_are_listed("every_system_call_on_tcp_is_listed", Transport::Tcp)
}
