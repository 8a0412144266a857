//! Tracing: one span for each request, an event for each step, payloads at TRACE only.

#[path = "tracing/hooks.rs"]
mod hooks;
#[path = "tracing/ids.rs"]
mod ids;
#[path = "rig/rig.rs"]
mod rig;
#[path = "tracing/seen.rs"]
mod seen;

use std::time::Duration;

use actix_qmp::test_support::Client;
use rig::{Rig, answer, send_hold, send_note, test_command};
use seen::{all, begin, events, requests, sequences, until};
use serde_json::json;
use tracing::Level;

/// A number that is in no text by accident.
const SECRET: i64 = 8_675_309_042;

test_command! {
    /// Takes longer than its budget.
    Slow = "slow", ALLOW_OOB: true
}
test_command! {
    /// Blocks the main arbiter's thread until the test opens the gate.
    Block = "block"
}

#[actix::test]
async fn every_request_has_one_span_that_says_where_it_was_and_how_long() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    client.execute_oob("where", 2).await;
    assert_eq!(client.receive().await["id"], 2);
    send_note(&mut client, 3).await;
    client.send(r#"{"execute":7,"id":4}"#).await;
    rig.settle().await;
    rig.holds.release(1);
    for id in [1, 3, 4] {
        assert_eq!(client.receive().await["id"], id);
    }
    rig.end().await;
    let seen = all(&mut seen);
    let requests = requests(&seen);
    let told = requests.iter().map(|fields| {
        assert_eq!((fields.get("monitor"), fields.get("session")), ("1", "1"));
        (fields.number("sequence"), fields.get("command"), fields.get("band"))
    });
    let expected = [(1, "hold", "in-band"), (2, "where", "out-of-band"), (3, "note", "in-band"), (4, "", "in-band")];
    assert!(told.clone().eq(expected), "not one span for each request: {:?}", told.collect::<Vec<_>>());
    for executed in [requests[0], requests[2]] {
        executed.number("waiting_us");
        executed.number("running_us");
    }
    requests[1].number("running_us");
    assert_eq!((requests[0].number("queue_length"), requests[2].number("queue_length")), (0, 0));
    assert_eq!(requests[3].number("queue_length"), 1, "the note was waiting");
    assert!(requests[0].number("running_us") > 0, "a command that was held took no time");
}

#[actix::test]
async fn every_step_of_a_request_and_a_session_is_an_event() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=9 {
        send_note(&mut client, n).await;
    }
    assert_eq!(client.receive().await["event"], "COMMAND_DROPPED");
    rig.holds.release(0);
    for n in 0..=8 {
        assert_eq!(client.receive().await, answer(n));
    }
    drop(client);
    rig.settle().await;
    rig.end().await;
    let seen = all(&mut seen);
    assert_eq!(sequences(&events(&seen, "request_enqueued")), (1..=9).collect::<Vec<_>>());
    assert_eq!(sequences(&events(&seen, "request_dispatched")), (1..=9).collect::<Vec<_>>());
    let dropped = events(&seen, "request_dropped");
    assert_eq!(sequences(&dropped), [10]);
    // What a client can provoke at will does not fill the log, and its id is payload.
    assert!(dropped[0].0 == Level::DEBUG && dropped[0].1.get("id") != "9", "{dropped:?}");
    for name in ["session_opened", "session_closed"] {
        let told = events(&seen, name);
        let [(level, fields, _)] = told[..] else { panic!("not one {name}: {told:?}") };
        assert_eq!((level, fields.get("monitor"), fields.get("session")), (Level::INFO, "1", "1"));
    }
}

#[actix::test]
async fn holding_and_releasing_the_input_is_told_with_who_does() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    let guard = monitor.suspend().unwrap();
    rig.settle().await;
    drop(guard);
    send_note(&mut client, 1).await;
    assert_eq!(client.receive().await, answer(1));
    rig.end().await;
    let seen = all(&mut seen);
    for name in ["monitor_suspended", "monitor_resumed"] {
        let told = events(&seen, name);
        let [(_, fields, _)] = told[..] else { panic!("not one {name}: {told:?}") };
        assert_eq!(fields.get("monitor"), "1");
        assert!(fields.get("holder").contains("Embedder"), "{fields:?}");
    }
}

#[actix::test]
async fn payloads_are_told_at_trace_level_only() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    client.execute_with("note", json!({"n": SECRET}), 1).await;
    assert_eq!(client.receive().await["return"], json!({"n": SECRET}));
    client.execute_with("note", json!({"n": SECRET.to_string()}), 2).await;
    assert!(client.receive().await.get("error").is_some());
    client.send(format!(r#"{{"execute": "note", "arguments": {{"n": {SECRET}}}, "id": 3]"#)).await;
    assert!(client.receive().await.get("error").is_some());
    client.send_json(&json!({"exec-oob": "where", "arguments": {"n": SECRET}, "id": 4})).await;
    assert_eq!(client.receive().await["id"], 4);
    rig.events.emit(rig::Happened { n: SECRET }).unwrap();
    assert_eq!(client.receive().await["data"]["n"], SECRET);
    rig.end().await;
    let mut traced = 0;
    for seen in std::iter::from_fn(|| seen.try_recv().ok()) {
        if format!("{seen:?}").contains(&SECRET.to_string()) {
            assert_eq!(seen.level(), Level::TRACE, "a payload: {seen:?}");
            traced += 1;
        }
    }
    assert!(traced >= 5, "payloads are not told at all: {traced}");
}

#[actix::test]
async fn an_oob_handler_beyond_its_budget_is_warned_of_once_with_command_and_duration() {
    let mut seen = begin().await;
    let mut rig = Rig::start_with(|builder| {
        builder.oob_budget(Duration::from_millis(2)).command_oob(|Slow { n }| {
            // The work that it should not have done.
            std::thread::sleep(Duration::from_millis(3));
            Ok(json!({"n": n}))
        })
    })
    .await;
    let mut client = rig.client().await;
    client.execute_oob("slow", 1).await;
    assert_eq!(client.receive().await["id"], 1);
    client.execute("slow", 2).await;
    assert_eq!(client.receive().await["id"], 2, "in-band it may take its time");
    rig.end().await;
    let seen = all(&mut seen);
    let told = events(&seen, "oob_handler_too_slow");
    let [(level, fields, span)] = told[..] else { panic!("not one warning: {told:?}") };
    assert_eq!((level, fields.get("command"), span.get("band")), (Level::WARN, "slow", "out-of-band"));
    assert_eq!(fields.number("budget_us"), 2000);
    assert!(fields.number("running_us") >= 3000, "{fields:?}");
}

#[actix::test]
async fn an_oob_handler_within_its_budget_is_not_warned_of() {
    let mut seen = begin().await;
    let mut rig = Rig::start_with(|builder| builder.oob_budget(rig::PATIENCE)).await;
    let mut client = rig.client().await;
    for n in 0..100 {
        client.execute_oob("where", n).await;
        assert_eq!(client.receive().await["id"], n);
    }
    rig.end().await;
    assert!(events(&all(&mut seen), "oob_handler_too_slow").is_empty());
}

#[actix::test]
async fn a_client_that_takes_no_output_is_warned_of_with_its_peer() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let limits = actix_qmp::OutputLimits { suspend_above: 1024, close_above: 4096 };
    let (chardev, connector) = actix_qmp::chardev::ChardevOptions::memory_with_buffer(16);
    rig.monitors.add(actix_qmp::MonitorOptions { limits, ..actix_qmp::MonitorOptions::new(chardev) }).await.unwrap();
    let mut deaf = Client::negotiated(&connector, &[]).await;
    for n in 0..100 {
        rig.events.emit(rig::Happened { n }).unwrap();
    }
    deaf.rest().await;
    rig.end().await;
    let seen = all(&mut seen);
    let told = events(&seen, "client_takes_no_output");
    let [(level, fields, _)] = told[..] else { panic!("not one warning: {told:?}") };
    assert_eq!((level, fields.get("peer"), fields.number("limit")), (Level::WARN, "memory", 4096));
}

#[actix::test]
async fn a_flood_of_garbage_fills_no_log() {
    for unit in ["{x}", "}\n", "[x]", "\"\n"] {
        let mut seen = begin().await;
        let mut rig = Rig::start().await;
        let mut client = rig.client().await;
        client.send(unit.repeat(20_000)).await;
        client.send("\u{1}\n{\"execute\": \"query-version\", \"id\": \"next\"}").await;
        while client.receive().await["id"] != "next" {}
        rig.end().await;
        let seen = all(&mut seen);
        let told: Vec<_> =
            events(&seen, "garbage_not_answered").into_iter().map(|(_, fields, _)| fields.number("withheld")).collect();
        assert!(
            (1..20).contains(&told.len()) && told.last().is_some_and(|&withheld| withheld > 4_000),
            "{unit:?}: {told:?}"
        );
    }
}

#[test]
fn a_command_that_blocks_the_main_thread_is_warned_of_meanwhile_and_told_again_when_it_ends() {
    actix::System::new().block_on(async {
        let mut seen = begin().await;
        let (handler, mut block) = rig::gate();
        let mut rig = Rig::start_with(|builder| {
            builder.warn_when_held(Some(Duration::from_millis(20))).command_fn(move |Block { n }| handler(n))
        })
        .await;
        let (_monitor, connector) = rig.add().await;
        let meanwhile = rig::elsewhere(move || async move {
            let mut client = Client::negotiated(&connector, &[]).await;
            client.execute_with("block", json!({"n": 1}), 1).await;
            block.entered().await;
            let meanwhile = rig::within("a warning comes", until(&mut seen, "dispatcher_held")).await;
            block.open();
            assert_eq!(client.receive().await["id"], 1);
            (seen, meanwhile)
        });
        let (mut seen, meanwhile) = meanwhile.await;
        rig.end().await;
        let later = all(&mut seen);
        for (seen, name) in [(&meanwhile, "dispatcher_held"), (&later, "dispatcher_was_held")] {
            let told = events(seen, name);
            let [(level, fields, _)] = told[..] else { panic!("not one {name}: {told:?}") };
            assert_eq!((level, fields.get("command"), fields.get("monitor")), (Level::WARN, "block", "1"));
            assert_eq!((fields.get("session"), fields.get("sequence")), ("1", "1"));
            assert!(fields.number("held_us") >= 20_000, "{fields:?}");
        }
        assert!(events(&later, "dispatcher_held").is_empty(), "warned of twice");
    });
}

#[actix::test]
async fn commands_that_end_in_time_are_not_warned_of() {
    let mut seen = begin().await;
    let mut rig = Rig::start_with(|builder| builder.warn_when_held(Some(rig::PATIENCE))).await;
    let mut client = rig.client().await;
    for n in 0..100 {
        send_note(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
    let seen = all(&mut seen);
    assert!(events(&seen, "dispatcher_held").is_empty() && events(&seen, "dispatcher_was_held").is_empty());
}
