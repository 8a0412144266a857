//! Sessions: greeting, negotiation, half-close, and the next client.

#[path = "rig/rig.rs"]
mod rig;

use actix_qmp::chardev::MemoryConnector;
use actix_qmp::test_support::Client;
use actix_qmp::{Monitor, MonitorOptions};
use rig::{Chance, Rig, answer, send_hold, send_note};
use serde_json::{Value, json};
use tokio::net::{TcpStream, UnixStream};

const ROUNDS: i64 = 1000;

fn before_negotiation(id: &str) -> Value {
    let desc = "Expecting capabilities negotiation with 'qmp_capabilities'";
    json!({"id": id, "error": {"class": "CommandNotFound", "desc": desc}})
}

/// Whether the session executes out-of-band; asked in a way that is answered at once in both cases.
async fn has_oob(client: &mut Client) -> bool {
    client.execute_oob("where", "oob?").await;
    let reply = client.receive().await;
    assert_eq!(reply["id"], "oob?");
    match reply["error"]["desc"].as_str() {
        None => true,
        Some("QMP input member 'exec-oob' is unexpected") => false,
        Some(other) => panic!("neither answer nor the right error: {other}"),
    }
}

#[actix::test]
async fn greeting_comes_first_and_says_version_and_capabilities() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let version = json!({"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": "test"});
    let mut client = Client::connect(&connector);
    assert_eq!(client.receive().await, json!({"QMP": {"version": version, "capabilities": ["oob"]}}));
    rig.end().await;
}

#[actix::test]
async fn every_form_of_negotiation_is_understood_and_enables_what_it_says() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let forms = [
        (json!({"execute": "qmp_capabilities"}), false),
        (json!({"execute": "qmp_capabilities", "arguments": {}}), false),
        (json!({"execute": "qmp_capabilities", "arguments": {"enable": []}}), false),
        (json!({"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}), true),
    ];
    for (form, enables_oob) in forms {
        let mut client = Client::connect(&connector);
        client.receive().await;
        client.send_json(&form).await;
        assert_eq!(client.receive().await, json!({"return": {}}), "{form}");
        assert_eq!(has_oob(&mut client).await, enables_oob, "{form}");
        client.execute("query-version", 7).await;
        assert_eq!(client.receive().await["id"], 7, "{form}");
    }
    rig.end().await;
}

#[actix::test]
async fn negotiation_may_be_in_flight_before_the_greeting_is_read() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::connect(&connector);
    client.send(r#"{"execute":"qmp_capabilities","id":1}{"execute":"note","arguments":{"n":2},"id":2}"#).await;
    assert!(client.receive().await.get("QMP").is_some(), "the greeting is the first message");
    assert_eq!(client.receive().await, json!({"return": {}, "id": 1}));
    assert_eq!(client.receive().await, answer(2));
    rig.end().await;
}

#[actix::test]
async fn commands_before_negotiation_are_refused_and_not_executed() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::connect(&connector);
    client.receive().await;
    for command in ["note", "query-version", "no-such-command"] {
        client.execute(command, "early").await;
        assert_eq!(client.receive().await, before_negotiation("early"));
    }
    client.send(r#"{"execute":"where","control":{"run-oob":true},"id":"early"}"#).await;
    assert!(client.receive().await.get("error").is_some());
    client.execute("qmp_capabilities", 1).await;
    assert_eq!(client.receive().await, json!({"return": {}, "id": 1}));
    assert!(rig.notes.so_far().is_empty(), "a refused command was executed");
    rig.end().await;
}

#[actix::test]
async fn a_second_negotiation_is_refused_and_changes_nothing() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &[]).await;
    client.execute_with("qmp_capabilities", json!({"enable": ["oob"]}), 1).await;
    let desc = "Capabilities negotiation is already complete, command ignored";
    assert_eq!(client.receive().await, json!({"id": 1, "error": {"class": "CommandNotFound", "desc": desc}}));
    assert!(!has_oob(&mut client).await);
    rig.end().await;
}

#[actix::test]
async fn an_unknown_capability_fails_the_negotiation_and_changes_nothing() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::connect(&connector);
    client.receive().await;
    for enable in [json!(["magic"]), json!(["oob", "magic"]), json!([7]), json!("oob")] {
        client.execute_with("qmp_capabilities", json!({"enable": enable}), 1).await;
        assert_eq!(client.receive().await["error"]["class"], "GenericError", "{enable}");
        client.execute("note", "early").await;
        assert_eq!(client.receive().await, before_negotiation("early"), "{enable} began command mode");
    }
    client.execute("qmp_capabilities", 2).await;
    assert_eq!(client.receive().await, json!({"return": {}, "id": 2}));
    assert!(!has_oob(&mut client).await, "a failed negotiation left oob behind");
    rig.end().await;
}

/// Sends `count` notes and ends the sending side in the same breath.
async fn send_and_half_close(client: &mut Client, count: i64) {
    for n in 0..count {
        send_note(client, n).await;
    }
    client.half_close().await;
    for n in 0..count {
        assert_eq!(client.receive().await, answer(n), "an answer is lost, or out of order");
    }
    assert_eq!(client.try_receive().await, None, "something came behind the last answer");
}

#[actix::test]
async fn half_close_without_oob_loses_no_answer() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    for count in [0, 1, 2, 8, 9, 500] {
        send_and_half_close(&mut Client::negotiated(&connector, &[]).await, count).await;
    }
    rig.end().await;
}

#[actix::test]
async fn half_close_with_oob_loses_no_answer() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    for round in 0..200 {
        send_and_half_close(&mut Client::negotiated(&connector, &["oob"]).await, round % 9).await;
    }
    let (_monitor, connector) = rig.add_with(|options| options.queue_full = actix_qmp::QueueFull::Suspend).await;
    send_and_half_close(&mut Client::negotiated(&connector, &["oob"]).await, 200).await;
    rig.end().await;
}

#[actix::test]
async fn half_close_behind_a_held_command_waits_for_its_answer() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    client.send(r#"{"execute":"note","id":"#).await;
    client.half_close().await;
    rig.holds.runs(1).await;
    rig.settle().await;
    rig.holds.release(1);
    assert_eq!(client.receive().await, answer(1));
    let cut_off = client.receive().await;
    assert_eq!(cut_off["error"]["desc"], "JSON parse error, premature end of input");
    assert_eq!(client.try_receive().await, None);
    rig.end().await;
}

#[actix::test]
async fn the_next_client_is_served_when_the_first_has_left() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut first = Client::negotiated(&connector, &["oob"]).await;
    let mut second = Client::connect(&connector);
    second.send(r#"{"execute":"qmp_capabilities","id":"negotiate"}"#).await;
    rig.settle().await;
    send_note(&mut first, 1).await;
    assert_eq!(first.receive().await, answer(1), "a client that waits disturbs the one that is served");
    drop(first);
    assert!(second.receive().await.get("QMP").is_some());
    assert_eq!(second.receive().await, json!({"return": {}, "id": "negotiate"}));
    rig.end().await;
}

#[actix::test]
async fn capabilities_end_with_the_connection() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut first = Client::negotiated(&connector, &["oob"]).await;
    assert!(has_oob(&mut first).await);
    drop(first);
    let mut second = Client::connect(&connector);
    second.receive().await;
    second.execute("query-version", "early").await;
    assert_eq!(second.receive().await, before_negotiation("early"));
    second.execute("qmp_capabilities", 1).await;
    second.receive().await;
    assert!(!has_oob(&mut second).await);
    rig.end().await;
}

/// What the second client does and sees, whatever became of the first.
async fn second_client(connector: &MemoryConnector) -> Client {
    let mut second = Client::connect(connector);
    second.negotiate(&["oob"]).await;
    second.execute_oob("where", "second").await;
    assert_eq!(second.receive().await["id"], "second", "not the second client's own answer");
    second
}

#[actix::test]
async fn a_second_client_uses_oob_while_the_firsts_command_runs_and_sees_nothing_of_it() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    for round in 0..ROUNDS {
        let mut first = Client::negotiated(&connector, &["oob"]).await;
        send_hold(&mut first, round).await;
        rig.holds.runs(round).await;
        send_note(&mut first, round).await;
        drop(first);
        let mut second = second_client(&connector).await;
        rig.holds.release(round);
        second.execute("query-version", "in-band").await;
        assert_eq!(second.receive().await["id"], "in-band", "round {round}");
        second.half_close().await;
        assert_eq!(second.try_receive().await, None, "round {round}");
    }
    assert!(rig.notes.so_far().is_empty(), "a command of a session that is over was begun");
    rig.end().await;
}

#[actix::test]
async fn a_second_client_sees_nothing_of_the_first_whatever_the_timing() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut chance = Chance::new();
    for round in 0..ROUNDS {
        let release_at = chance.below(4);
        let mut first = Client::negotiated(&connector, &["oob"]).await;
        send_hold(&mut first, round).await;
        for _ in 0..chance.below(11) {
            send_note(&mut first, round).await;
        }
        if chance.below(2) == 0 {
            first.send(r#"{"execute": "no"#).await;
        }
        let release = |at| {
            if at == release_at {
                rig.holds.release(round)
            }
        };
        chance.dawdle().await;
        release(0);
        chance.dawdle().await;
        drop(first);
        chance.dawdle().await;
        release(1);
        let mut second = second_client(&connector).await;
        release(2);
        second.execute("query-version", "in-band").await;
        chance.dawdle().await;
        release(3);
        assert_eq!(second.receive().await["id"], "in-band", "round {round}");
        second.half_close().await;
        assert_eq!(second.try_receive().await, None, "round {round}");
    }
    rig.end().await;
}

async fn socket_monitor(rig: &mut Rig, options: &str) -> Monitor {
    let options: MonitorOptions = options.parse().expect("options");
    rig.monitors.add(options).await.expect("the monitor starts")
}

/// A session on a real socket, from the greeting to the half-close.
async fn whole_session(mut client: Client) {
    client.negotiate(&["oob"]).await;
    assert!(has_oob(&mut client).await);
    send_and_half_close(&mut client, 8).await;
}

#[actix::test]
async fn sessions_are_the_same_on_real_sockets() {
    let mut rig = Rig::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let _unix = socket_monitor(&mut rig, &format!("unix:{},server=on,wait=off", path.display())).await;
    let tcp = socket_monitor(&mut rig, "tcp:127.0.0.1:0,server=on,wait=off").await;
    let address = tcp.local_name().strip_prefix("tcp:").unwrap();
    for _ in 0..20 {
        whole_session(Client::over(UnixStream::connect(&path).await.unwrap())).await;
        whole_session(Client::over(TcpStream::connect(address).await.unwrap())).await;
    }
    rig.end().await;
}
