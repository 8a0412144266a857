//! Output that a client doesn't take: first its input is held, then its session closed; nobody else notices.

#[path = "rig/rig.rs"]
mod rig;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::Client;
use actix_qmp::{Event, Monitor, MonitorOptions, OutputLimits, Style};
use rig::{Happened, Rig, answer, send_hold, send_note, test_command};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const KIB: usize = 1024;
const LIMITS: OutputLimits = OutputLimits { suspend_above: 16 * KIB, close_above: 64 * KIB };
/// What the chardev takes although the client doesn't read.
const CHARDEV_BUFFER: usize = 2 * KIB;

test_command! {
    /// Returns a little more than 1 KiB.
    Big = "big", ALLOW_OOB: true
}

/// An event of a little more than 1 KiB.
#[derive(Debug, Serialize)]
struct BigEvent {
    n: i64,
    padding: String,
}

impl Event for BigEvent {
    const NAME: &'static str = "BIG_EVENT";
}

fn big_event(n: i64) -> BigEvent {
    BigEvent { n, padding: "x".repeat(KIB) }
}

async fn rig_with_big() -> (Rig, Arc<AtomicUsize>) {
    let executed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&executed);
    let rig = Rig::start_with(|builder| {
        builder.command_oob(move |Big { n }| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(json!({"n": n, "padding": "x".repeat(KIB)}))
        })
    })
    .await;
    (rig, executed)
}

/// A monitor with small limits on a chardev with a small buffer.
async fn small_monitor(rig: &mut Rig) -> (Monitor, MemoryConnector) {
    let (chardev, connector) = ChardevOptions::memory_with_buffer(CHARDEV_BUFFER);
    let options = MonitorOptions { limits: LIMITS, ..MonitorOptions::new(chardev) };
    (rig.monitors.add(options).await.expect("the monitor starts"), connector)
}

/// So many commands one behind the other.
fn big_commands(member: &str, count: i64) -> String {
    let command = |n| json!({member: "big", "arguments": {"n": n}, "id": n}).to_string();
    (0..count).map(command).collect()
}

async fn never_reading_client_is_suspended(enable: &[&str], member: &'static str) {
    const COMMANDS: i64 = 2000;
    let (mut rig, executed) = rig_with_big().await;
    let (_monitor, connector) = small_monitor(&mut rig).await;
    let client = Client::negotiated(&connector, enable).await;
    let (client, mut sender) = client.split();
    let sending = tokio::spawn(async move {
        sender.write_all(big_commands(member, COMMANDS).as_bytes()).await.expect("the monitor takes input");
        sender
    });
    let mut before = 0;
    for _ in 0..50 {
        rig.settle().await;
        before = executed.load(Ordering::SeqCst);
    }
    // What fills the limit, what lies in the chardev, and the command that was under way.
    let bound = (LIMITS.suspend_above + CHARDEV_BUFFER) / KIB + 10;
    assert!((1..=bound).contains(&before), "{before} commands were executed for a client that doesn't read");
    let mut other = rig.client().await;
    send_note(&mut other, 1).await;
    assert_eq!(other.receive().await, answer(1), "another monitor noticed");

    let mut reader = client;
    for n in 0..COMMANDS {
        let reply = reader.receive().await;
        assert_eq!((&reply["id"], &reply["return"]["n"]), (&json!(n), &json!(n)), "not everything in order");
    }
    drop(sending.await.expect("all is sent"));
    rig.end().await;
}

#[actix::test]
async fn a_client_that_never_reads_is_suspended_and_gets_everything_in_order_once_it_does() {
    never_reading_client_is_suspended(&[], "execute").await;
}

#[actix::test]
async fn out_of_band_answers_that_nobody_reads_suspend_too() {
    never_reading_client_is_suspended(&["oob"], "exec-oob").await;
}

#[actix::test]
async fn above_the_second_limit_the_session_is_closed_and_other_monitors_do_not_notice() {
    const EVENTS: i64 = 300;
    let (mut rig, _) = rig_with_big().await;
    let (_monitor, connector) = small_monitor(&mut rig).await;
    let mut deaf = Client::negotiated(&connector, &["oob"]).await;
    let mut healthy = rig.client().await;
    send_hold(&mut deaf, 1).await;
    rig.holds.runs(1).await;
    for n in 0..EVENTS {
        rig.events.emit(big_event(n)).unwrap();
        assert_eq!(healthy.receive().await["data"]["n"], n, "another monitor lost an event");
    }
    let received = deaf.rest().await;
    assert!(received.len() <= (LIMITS.close_above + CHARDEV_BUFFER) / KIB, "{} events were kept", received.len());
    let numbers: Vec<_> = received.iter().map(|event| event["data"]["n"].as_i64()).collect();
    assert!(numbers.iter().copied().eq((0..).map(Some).take(numbers.len())), "events out of order: {numbers:?}");

    let mut next = Client::negotiated(&connector, &["oob"]).await;
    next.execute_oob("where", "next").await;
    assert_eq!(next.receive().await["id"], "next");
    rig.holds.release(1);
    send_note(&mut next, 2).await;
    assert_eq!(next.receive().await, answer(2));
    rig.end().await;
}

#[actix::test]
async fn a_client_that_never_reads_and_leaves_makes_room_for_the_next() {
    let (mut rig, _) = rig_with_big().await;
    let (_monitor, connector) = small_monitor(&mut rig).await;
    for round in 0..100 {
        let client = Client::negotiated(&connector, &["oob"]).await;
        let (client, mut sender) = client.split();
        let sending = tokio::spawn(async move {
            // Fails when the session ends, which it does below.
            let _ = sender.write_all(big_commands("exec-oob", 100).as_bytes()).await;
        });
        rig.settle().await;
        sending.abort();
        let _ = sending.await;
        drop(client);
        let mut next = Client::negotiated(&connector, &[]).await;
        send_note(&mut next, round).await;
        assert_eq!(next.receive().await, answer(round));
    }
    rig.end().await;
}

#[actix::test]
async fn a_reader_of_one_byte_at_a_time_gets_everything_in_order() {
    let (mut rig, _) = rig_with_big().await;
    let (chardev, connector) = ChardevOptions::memory_with_buffer(1);
    let limits = OutputLimits { suspend_above: 512, close_above: 64 * KIB };
    rig.monitors.add(MonitorOptions { limits, ..MonitorOptions::new(chardev) }).await.unwrap();
    let (mut reader, mut sender) = Client::negotiated(&connector, &[]).await.split();
    let sending = tokio::spawn(async move {
        sender.write_all(big_commands("execute", 20).as_bytes()).await.unwrap();
        sender
    });
    for n in 0..20 {
        let reply = reader.receive().await;
        assert_eq!(reply["id"], n, "{reply}");
    }
    drop(sending.await.unwrap());
    rig.end().await;
}

#[actix::test]
async fn pretty_output_is_the_same_json() {
    let (mut rig, _) = rig_with_big().await;
    let (_pretty, pretty) = rig.add_with(|options| options.style = Style::Pretty).await;
    let (_compact, compact) = rig.add().await;
    let mut clients = Vec::new();
    for connector in [&pretty, &compact] {
        let mut stream = connector.connect();
        stream
            .write_all(br#"{"execute":"qmp_capabilities","id":0}{"execute":"query-commands","id":{"a":[1,"\u00e9"]}}"#)
            .await
            .unwrap();
        stream.write_all(br#"{"execute":"no-such","id":null}"#).await.unwrap();
        clients.push(stream);
    }
    rig.settle().await;
    let mut texts = Vec::new();
    for mut stream in clients {
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        texts.push(text);
    }
    let messages = |text: &str| -> Vec<Value> {
        text.split_terminator("\r\n").map(|message| serde_json::from_str(message).unwrap()).collect()
    };
    assert_eq!(messages(&texts[0]), messages(&texts[1]));
    assert_eq!(messages(&texts[0]).len(), 4);
    assert!(texts[0].contains("\n    \"return\": [\n"), "not indented: {}", texts[0]);
    assert_eq!(texts[1].lines().count(), 4, "not one message on one line: {}", texts[1]);
    rig.end().await;
}

#[actix::test]
async fn events_reach_compact_and_pretty_sessions_alike() {
    let (mut rig, _) = rig_with_big().await;
    let (_pretty, pretty) = rig.add_with(|options| options.style = Style::Pretty).await;
    let mut pretty = Client::negotiated(&pretty, &[]).await;
    let mut compact = rig.client().await;
    rig.events.emit(Happened { n: 1 }).unwrap();
    assert_eq!(pretty.receive().await, compact.receive().await);
    rig.end().await;
}
