//! Out-of-band execution: who may, what it overtakes, and that a main arbiter which stands still does not matter.

#[path = "rig/rig.rs"]
mod rig;

use std::thread;

use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::Client;
use actix_qmp::{EventEmitter, Monitor, MonitorOptions, Placement, QUEUE_LENGTH, QmpError};
use rig::{Gate, Happened, Rig, answer, elsewhere, gate, generic_error, send_hold, send_note, test_command, within};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

const QUEUE: i64 = QUEUE_LENGTH as i64;

test_command! {
    /// Blocks the main arbiter's thread until the test opens the gate.
    Block = "block"
}
test_command! {
    /// Panics.
    OobPanic = "oob-panic", ALLOW_OOB: true
}
test_command! {
    /// Fails.
    OobFail = "oob-fail", ALLOW_OOB: true
}

#[actix::test]
async fn a_monitor_on_the_main_arbiter_does_not_offer_oob() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add_with(|options| options.placement = Placement::MainArbiter).await;
    let mut client = Client::connect(&connector);
    assert_eq!(client.receive().await["QMP"]["capabilities"], json!([]));
    client.execute_with("qmp_capabilities", json!({"enable": ["oob"]}), 1).await;
    assert!(client.receive().await.get("error").is_some(), "a capability was granted that was not offered");
    client.execute("qmp_capabilities", 2).await;
    assert_eq!(client.receive().await, json!({"return": {}, "id": 2}));
    send_note(&mut client, 3).await;
    assert_eq!(client.receive().await, answer(3));
    rig.end().await;
}

#[actix::test]
async fn both_markings_run_out_of_band() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    for marked in [
        json!({"exec-oob": "where", "id": "marked"}),
        json!({"exec-oob": "where", "arguments": {"n": 5}, "id": "marked"}),
        json!({"execute": "where", "control": {"run-oob": true}, "id": "marked"}),
    ] {
        client.send_json(&marked).await;
        assert_eq!(client.receive().await["id"], "marked", "{marked} did not overtake");
    }
    rig.holds.release(1);
    assert_eq!(client.receive().await, answer(1));
    rig.end().await;
}

#[actix::test]
async fn oob_overtakes_1_to_8_requests_in_flight() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    for in_flight in 1..=QUEUE {
        send_hold(&mut client, 1).await;
        rig.holds.runs(1).await;
        for n in 2..=in_flight {
            send_note(&mut client, n).await;
        }
        client.execute_oob("where", "oob").await;
        assert_eq!(client.receive().await["id"], "oob", "{in_flight} in flight");
        rig.holds.release(1);
        for n in 1..=in_flight {
            assert_eq!(client.receive().await, answer(n), "{in_flight} in flight");
        }
        rig.holds.release(0);
    }
    rig.end().await;
}

#[actix::test]
async fn oob_overtakes_a_dispatcher_that_waits_and_can_let_it_go() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    client.execute_with("x-oob-test", json!({"lock": true}), 1).await;
    client.execute("query-version", 2).await;
    client.execute_oob("where", 3).await;
    assert_eq!(client.receive().await["id"], 3);
    client.send_json(&json!({"exec-oob": "x-oob-test", "arguments": {"lock": true}, "id": 4})).await;
    assert_eq!(client.receive().await["id"], 4, "a lock out-of-band is refused at once");
    client.send_json(&json!({"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": 5})).await;
    let mut ids: Vec<Value> = Vec::new();
    for _ in 0..3 {
        ids.push(client.receive().await["id"].clone());
    }
    let place = |id: i64| ids.iter().position(|other| *other == id);
    assert!(place(1).is_some() && place(1) < place(2) && place(5).is_some(), "answered: {ids:?}");
    rig.end().await;
}

#[actix::test]
async fn an_unmarked_command_runs_in_band_on_the_main_thread() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    let main = json!(format!("{:?}", thread::current().id()));
    for unmarked in [
        json!({"execute": "where", "id": 1}),
        json!({"execute": "where", "control": {"run-oob": false}, "id": 1}),
        json!({"execute": "where", "control": {}, "id": 1}),
    ] {
        client.send_json(&unmarked).await;
        assert_eq!(client.receive().await, json!({"return": main, "id": 1}), "{unmarked}");
    }
    client.execute_oob("where", 2).await;
    assert_ne!(client.receive().await["return"], main, "out-of-band ran on the main thread");

    send_hold(&mut client, 3).await;
    rig.holds.runs(3).await;
    client.execute("where", 4).await;
    client.execute_oob("where", 5).await;
    assert_eq!(client.receive().await["id"], 5);
    rig.holds.release(3);
    assert_eq!(client.receive().await["id"], 3);
    assert_eq!(client.receive().await["id"], 4, "unmarked, it waits its turn");
    rig.end().await;
}

#[actix::test]
async fn a_marked_command_that_does_not_allow_it_is_refused_and_not_executed() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    for marked in
        [json!({"exec-oob": "note", "id": 1}), json!({"execute": "note", "control": {"run-oob": true}, "id": 1})]
    {
        client.send_json(&marked).await;
        let reply = client.receive().await;
        assert_eq!(generic_error(&reply), "The command note does not support OOB");
        assert_eq!(reply["id"], 1);
    }
    client.execute_oob("no-such-command", 2).await;
    let desc = "The command no-such-command has not been found";
    assert_eq!(client.receive().await, json!({"id": 2, "error": {"class": "CommandNotFound", "desc": desc}}));
    send_note(&mut client, 3).await;
    assert_eq!(client.receive().await, answer(3));
    assert_eq!(rig.notes.so_far(), [3]);
    rig.end().await;
}

#[actix::test]
async fn an_oob_handler_that_panics_or_fails_answers_with_an_error_and_the_monitor_goes_on() {
    let mut rig = Rig::start_with(|builder| {
        builder
            .command_oob(|_: OobPanic| -> Result<Value, QmpError> { panic!("asked to") })
            .command_oob(|_: OobFail| Err(QmpError::generic("not today")))
    })
    .await;
    let mut client = rig.client().await;
    for n in 0..3 {
        client.execute_oob("oob-panic", n).await;
        let reply = client.receive().await;
        assert_eq!(generic_error(&reply), "Internal error: the handler of command 'oob-panic' panicked");
        assert_eq!(reply["id"], n);
        client.execute_oob("oob-fail", n).await;
        assert_eq!(generic_error(&client.receive().await), "not today");
        client.send(r#"{"exec-oob":"where","arguments":{"n":"five"},"id":"typed"}"#).await;
        let reply = client.receive().await;
        assert_eq!(generic_error(&reply), "Invalid parameter type for 'n', expected: integer");
        client.execute_oob("where", "next").await;
        assert_eq!(client.receive().await["id"], "next");
        send_note(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
}

/// Two monitors whose main arbiter a client is about to block.
struct Blocked {
    gate: Gate,
    events: EventEmitter,
    first: MemoryConnector,
    second: MemoryConnector,
}

/// Everything that must go on while the main arbiter's thread stands still in a handler.
async fn meanwhile(mut blocked: Blocked) {
    let mut client = Client::negotiated(&blocked.first, &["oob"]).await;
    client.execute("block", 0).await;
    blocked.gate.entered().await;

    client.execute_oob("where", "oob").await;
    assert_eq!(client.receive().await["id"], "oob");
    for n in 1..=QUEUE + 1 {
        send_note(&mut client, n).await;
    }
    let dropped = client.receive().await;
    assert_eq!(dropped["event"], "COMMAND_DROPPED");
    assert_eq!(dropped["data"], json!({"id": QUEUE + 1, "reason": "queue-full"}));
    blocked.events.emit(Happened { n: 1 }).expect("emitted");
    assert_eq!(client.receive().await["data"], json!({"n": 1}));

    let mut neighbour = Client::negotiated(&blocked.second, &["oob"]).await;
    neighbour.execute_oob("where", "neighbour").await;
    assert_eq!(neighbour.receive().await["id"], "neighbour");
    drop(client);
    let mut next = Client::negotiated(&blocked.first, &["oob"]).await;
    next.execute_oob("where", "next").await;
    assert_eq!(next.receive().await["id"], "next");
    blocked.events.emit(Happened { n: 2 }).expect("emitted");
    for client in [&mut neighbour, &mut next] {
        assert_eq!(client.receive().await["data"], json!({"n": 2}));
    }

    send_note(&mut next, 77).await;
    blocked.gate.open();
    assert_eq!(next.receive().await, answer(77));
}

#[actix::test]
async fn a_main_thread_that_stands_still_delays_nothing_that_is_not_in_band() {
    let (handler, gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_fn(move |Block { n }| handler(n))).await;
    let (_first, first) = rig.add().await;
    let (_second, second) = rig.add().await;
    let blocked = Blocked { gate, events: rig.events.clone(), first, second };
    elsewhere(move || meanwhile(blocked)).await;
    assert_eq!(rig.notes.so_far(), [77], "commands of the session that is over were begun");
    rig.end().await;
}

/// The same in short, on a real socket. Of a client that only closed its TCP socket nobody can know whether it still
/// reads, so the first one resets its connection there.
async fn meanwhile_on_a_socket<S>(mut gate: Gate, connect: impl AsyncFn() -> S, reset: impl Fn(&S))
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let mut stream = connect().await;
    reset(&stream);
    stream
        .write_all(br#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#)
        .await
        .expect("the monitor takes input");
    stream
        .write_all(br#"{"execute":"block","id":1}{"exec-oob":"where","id":2}"#)
        .await
        .expect("the monitor takes input");
    gate.entered().await;
    let mut received = String::new();
    while !received.contains(r#""id": 2"#) {
        let mut bytes = [0; 1024];
        let read =
            within("the out-of-band answer comes", stream.read(&mut bytes)).await.expect("the connection can be read");
        assert_ne!(read, 0, "closed behind {received}");
        received.push_str(std::str::from_utf8(&bytes[..read]).expect("ASCII"));
    }
    drop(stream);
    let mut next = Client::over(connect().await);
    next.negotiate(&["oob"]).await;
    next.execute_oob("where", 3).await;
    assert_eq!(next.receive().await["id"], 3);
    gate.open();
}

/// A monitor on this socket, with a command that blocks the main arbiter's thread.
async fn monitor_that_blocks(socket: &str) -> (Rig, Gate, Monitor) {
    let (handler, gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_fn(move |Block { n }| handler(n))).await;
    let chardev: ChardevOptions = socket.parse().expect("a chardev");
    let monitor = rig.monitors.add(MonitorOptions::new(chardev)).await.expect("the monitor starts");
    (rig, gate, monitor)
}

#[actix::test]
async fn a_main_thread_that_stands_still_does_not_matter_to_unix_sockets() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let (rig, gate, _monitor) = monitor_that_blocks(&format!("unix:{},server=on,wait=off", path.display())).await;
    let connect = async move || UnixStream::connect(&path).await.unwrap();
    elsewhere(move || meanwhile_on_a_socket(gate, connect, |_| ())).await;
    rig.end().await;
}

#[actix::test]
async fn a_main_thread_that_stands_still_does_not_matter_to_tcp_sockets() {
    let (rig, gate, monitor) = monitor_that_blocks("tcp:127.0.0.1:0,server=on,wait=off").await;
    let address = monitor.local_name().strip_prefix("tcp:").unwrap().to_owned();
    let connect = async move || TcpStream::connect(&address).await.unwrap();
    elsewhere(move || meanwhile_on_a_socket(gate, connect, |stream| stream.set_zero_linger().unwrap())).await;
    rig.end().await;
}
