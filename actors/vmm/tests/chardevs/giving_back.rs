//! Whoever shares a terminal or a socket with the program finds it as it was, however the program has ended.

use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::process::Signal;
use serde_json::json;

use crate::rig::{Client, ON_STDIO, Running, is_ready, program, program_with_the_terminal_to_itself, until};
use crate::shared_end::{SharedEnd, sockets, terminal};

/// Ends that begin while a client is served.
#[derive(Clone, Copy, Debug)]
enum End {
    Quit,
    Signal(Signal),
}

const ENDS: [End; 4] = [End::Quit, End::Signal(Signal::TERM), End::Signal(Signal::INT), End::Signal(Signal::HUP)];

impl End {
    fn begin(self, program: &Running, client: &mut Client) {
        match self {
            Self::Quit => client.send(&json!({"execute": "quit", "id": "quit"})),
            Self::Signal(signal) => program.signal(signal),
        }
        assert_eq!(client.receive()["event"], "SHUTDOWN", "{self:?}");
        if let Self::Quit = self {
            assert_eq!(client.receive(), json!({"return": {}, "id": "quit"}));
        }
    }
}

/// The program has opened stdio when it finds that there is no such folder.
fn assert_as_it_was_after_a_second_monitor_failed(shared: &SharedEnd) {
    let before = shared.state();
    let mut program = program();
    program.args(ON_STDIO).args(["--qmp", "unix:/no/such/folder/qmp,server=on"]);
    shared.give_to(&mut program);
    let (code, mut words) = Running::start(program).end();
    let words = words.pop().unwrap_or_default();
    assert_eq!(code, Some(1), "{words}");
    assert!(words.starts_with("qmp-vmm: ") && words.contains("/no/such/folder does not exist"), "{words}");
    assert_eq!(shared.state(), before);
}

#[test]
fn a_terminal_keeps_its_modes_and_its_flags_at_every_end() {
    for end in ENDS {
        let (window, shared) = terminal();
        let before = shared.state();
        let mut program = program();
        shared.give_to(program.args(ON_STDIO));
        let (program, mut client) = (Running::start(program), Client::on_both(window));
        client.negotiate(&[]);
        assert_eq!(shared.state(), before, "while it is used");
        end.begin(&program, &mut client);
        assert_eq!(program.code(), Some(0), "{end:?}");
        assert_eq!(shared.state(), before, "{end:?}");
    }
}

#[test]
fn a_terminal_keeps_its_modes_and_its_flags_when_a_second_monitor_fails() {
    let (_window, shared) = terminal();
    assert_as_it_was_after_a_second_monitor_failed(&shared);
}

#[test]
fn control_c_ends_the_program_and_the_terminal_is_as_it_was() {
    let (window, shared) = terminal();
    let before = shared.state();
    let mut program = program_with_the_terminal_to_itself();
    shared.give_to(program.args(ON_STDIO));
    let (program, mut client) = (Running::start(program), Client::on_both(window));
    client.negotiate(&[]);
    client.write("\x03");
    assert_eq!(client.receive()["data"]["reason"], "host-signal");
    assert_eq!(program.code(), Some(0));
    assert_eq!(shared.state(), before);
}

#[test]
fn a_window_that_is_closed_ends_the_program_in_good_order() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("qmp");
    let (window, shared) = terminal();
    let mut program = program_with_the_terminal_to_itself();
    program.args(ON_STDIO).args(["--qmp", &format!("unix:{},server=on,wait=off", socket.display())]);
    shared.give_to(&mut program);
    let (program, mut client) = (Running::start(program), Client::on_both(window));
    client.negotiate(&[]);
    let mut observer = Client::at(&socket);
    drop(client);
    assert_eq!(observer.receive()["data"]["reason"], "host-signal");
    assert_eq!(observer.rest(), [json!(null); 0]);
    assert_eq!(program.code(), Some(0));
    assert!(!shared.is_non_blocking() && !socket.exists());
}

#[test]
fn a_shared_socket_does_not_block_while_it_is_used_and_blocks_again_after_every_end() {
    for end in ENDS {
        let (ours, shared) = sockets();
        let before = shared.state();
        let mut program = program();
        shared.give_to(program.args(ON_STDIO));
        let (program, mut client) = (Running::start(program), Client::on_both(ours));
        client.negotiate(&[]);
        assert!(shared.is_non_blocking(), "so there is nothing to give back");
        end.begin(&program, &mut client);
        assert_eq!(program.code(), Some(0), "{end:?}");
        assert_eq!(shared.state(), before, "{end:?}");
    }
}

#[test]
fn a_shared_socket_blocks_again_when_a_second_monitor_fails() {
    let (_ours, shared) = sockets();
    assert_as_it_was_after_a_second_monitor_failed(&shared);
}

/// Its I/O thread can give nothing back: it is stuck in a write, since somebody who shares the output made it block.
#[test]
fn a_shared_input_blocks_again_even_when_the_thread_that_read_from_it_never_ends() {
    let (input, stdin) = sockets();
    let (output, stdout) = sockets();
    let before = stdin.state();
    let mut program = program();
    program.args(ON_STDIO).stdin(stdin.copy()).stdout(stdout.copy());
    let (program, mut client) = (Running::start(program), Client::new(input, output));
    client.negotiate(&[]);
    let theirs = stdout.copy();
    set_socket_send_buffer_size(&theirs, 4096).unwrap();
    fcntl_setfl(&theirs, fcntl_getfl(&theirs).unwrap() - OFlags::NONBLOCK).unwrap();
    for id in 0..4 {
        client.send(&json!({"execute": "query-qmp-schema", "id": id}));
    }
    until("the output is full", || (!is_ready(&theirs, PollFlags::OUT, Duration::ZERO)).then_some(()));
    program.signal(Signal::TERM);
    let (code, mut words) = program.end();
    let words = words.pop().unwrap_or_default();
    assert!(words.contains("an I/O thread did not end in time"), "it was not stuck: {words}");
    assert_eq!(code, Some(0));
    assert_eq!(stdin.state(), before);
}
