//! Standard input ends while standard output lives on, as of a program within a pipeline.

use std::io::{PipeReader, PipeWriter, pipe};
use std::path::Path;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::rig::{Client, ON_STDIO, Running, is_ready, program, stdio_as_seen_by, until};

type Pipe = (PipeReader, PipeWriter);

fn piped(observed_at: Option<&Path>, (stdin, input): Pipe, (output, stdout): Pipe) -> (Running, Client) {
    let mut program = program();
    program.args(ON_STDIO).stdin(stdin).stdout(stdout);
    if let Some(socket) = observed_at {
        program.args(["--qmp", &format!("unix:{},server=on,wait=off", socket.display())]);
    }
    (Running::start(program), Client::new(input, output))
}

/// What follows `quit`, and that there is nothing else.
fn assert_last_words(messages: &[Value]) {
    let [shutdown, reply] = messages else { panic!("not an event and a reply: {messages:?}") };
    assert_eq!(shutdown["event"], "SHUTDOWN", "{shutdown}");
    assert_eq!(shutdown["data"], json!({"guest": false, "reason": "host-qmp-quit"}));
    assert_eq!(*reply, json!({"return": {}, "id": "quit"}));
}

#[test]
fn quit_is_announced_and_answered_though_input_has_ended_behind_it() {
    for enable in [&[][..], &["oob"]] {
        let (program, mut client) = piped(None, pipe().unwrap(), pipe().unwrap());
        client.send(&json!({"execute": "qmp_capabilities", "arguments": {"enable": enable}}));
        client.send(&json!({"execute": "quit", "id": "quit"}));
        client.end_input();
        let messages = client.rest();
        assert!(messages.len() > 2, "{messages:?}");
        assert_last_words(&messages[2..]);
        assert_eq!(program.code(), Some(0));
    }
}

#[test]
fn quit_behind_more_than_a_pipe_holds_loses_no_reply_although_nobody_reads_before_the_end_begins() {
    /// Each has 15 KB: together twice what a pipe holds, and far less than what suspends the input.
    const REPLIES: u32 = 8;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("qmp");
    let (output, stdout) = pipe().unwrap();
    let same_stdout = stdout.try_clone().unwrap();
    let (program, mut client) = piped(Some(&socket), pipe().unwrap(), (output, stdout));
    let mut observer = Client::at(&socket);
    client.negotiate(&[]);
    for id in 0..REPLIES {
        client.send(&json!({"execute": "query-qmp-schema", "id": id}));
    }
    client.send(&json!({"execute": "quit", "id": "quit"}));
    client.end_input();
    assert_eq!(observer.receive()["event"], "SHUTDOWN");
    // Whoever takes their output is through by now.
    assert_eq!(observer.rest(), [json!(null); 0]);
    until("standard output is full", || (!is_ready(&same_stdout, PollFlags::OUT, Duration::ZERO)).then_some(()));
    drop(same_stdout);
    for id in 0..REPLIES {
        assert_eq!(client.receive()["id"], id);
    }
    assert_last_words(&client.rest());
    assert_eq!(program.code(), Some(0));
}

#[test]
fn a_command_that_runs_when_input_ends_is_answered_and_the_machine_stays_until_a_signal() {
    for enable in [&[][..], &["oob"]] {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("qmp");
        let (stdin, input) = pipe().unwrap();
        let same_stdin = stdin.try_clone().unwrap();
        let (program, mut client) = piped(Some(&socket), (stdin, input), pipe().unwrap());
        let mut observer = Client::at(&socket);
        client.negotiate(enable);
        client.send(&json!({"execute": "x-oob-test", "arguments": {"lock": true}, "id": "held"}));
        until("the command runs", || stdio_as_seen_by(&mut observer).get("running").cloned());
        client.end_input();
        until("input has ended", || is_ready(&same_stdin, PollFlags::empty(), Duration::ZERO).then_some(()));
        // It was told of that before it was asked this.
        assert!(stdio_as_seen_by(&mut observer)["running"].is_object());
        observer.ask("x-oob-test", &json!({"lock": false}));
        assert_eq!(client.receive(), json!({"return": {}, "id": "held"}));
        until("the session is over", || stdio_as_seen_by(&mut observer).get("session").is_none().then_some(()));
        observer.send(&json!({"execute": "query-status", "id": "alive"}));
        assert_eq!(observer.receive()["return"]["status"], "prelaunch");
        assert!(client.hears_nothing(), "of stdio the end is seen when the program ends, not the session");
        program.signal(Signal::TERM);
        assert_eq!(observer.receive()["event"], "SHUTDOWN");
        assert_eq!(client.rest(), [json!(null); 0]);
        assert_eq!(program.code(), Some(0));
    }
}
