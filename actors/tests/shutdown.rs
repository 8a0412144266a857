//! The end: what is still answered, what is not begun, and that nobody can hold it up.

#[path = "rig/rig.rs"]
mod rig;

use std::rc::Rc;
use std::time::Duration;

use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::Client;
use actix_qmp::{AddError, Empty, Event, MonitorOptions, MonitorsBuilder, QmpError, ShutdownError, ThrottleRule};
use rig::{Chance, Happened, PATIENCE, Rig, answer, elsewhere, gate, send_hold, send_note, test_command, within};
use serde::Serialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

/// For what is to be cut off.
const SHORT: Duration = Duration::from_millis(50);
/// For what ends by itself, below the patience of those who wait for it.
const AMPLE: Duration = PATIENCE.checked_div(2).unwrap();

test_command! {
    /// Ends the program.
    Quit = "quit"
}
test_command! {
    /// Stops the I/O thread until the test opens the gate.
    Stall = "stall", ALLOW_OOB: true
}

/// The program ends.
#[derive(Serialize)]
struct Shutdown(Empty);

impl Event for Shutdown {
    const NAME: &'static str = "SHUTDOWN";
}

fn with_quit(builder: MonitorsBuilder) -> MonitorsBuilder {
    let (events, trigger) = (builder.events(), builder.shutdown_trigger());
    builder.command_fn(move |_: Quit| {
        events.emit(Shutdown(Empty {})).map_err(|error| QmpError::generic(error.to_string()))?;
        trigger.trigger();
        Ok(json!({}))
    })
}

async fn end(rig: Rig, within_time: Duration) -> Result<(), ShutdownError> {
    let Rig { monitors, .. } = rig;
    within("the monitors end", monitors.shutdown(within_time)).await
}

#[actix::test]
async fn the_event_and_the_reply_of_quit_arrive_before_the_end_and_what_waits_is_not_executed() {
    for enable in [&[][..], &["oob"]] {
        let mut rig = Rig::start_with(with_quit).await;
        let (_monitor, connector) = rig.add().await;
        let mut client = Client::negotiated(&connector, enable).await;
        let mut other = rig.client().await;
        client.execute("quit", "quit").await;
        for n in 0..7 {
            send_note(&mut client, n).await;
        }
        let trigger = rig.monitors.shutdown_trigger();
        within("quit asks for the end", trigger.triggered()).await;
        let mut notes = std::mem::replace(&mut rig.notes, rig::Notes::none());
        end(rig, AMPLE).await.unwrap();
        assert_eq!(client.receive().await["event"], "SHUTDOWN");
        assert_eq!(client.receive().await, json!({"return": {}, "id": "quit"}));
        assert_eq!(client.try_receive().await, None);
        assert_eq!(other.receive().await["event"], "SHUTDOWN");
        assert_eq!(other.try_receive().await, None);
        assert!(notes.so_far().is_empty(), "a command behind quit was executed");
    }
}

#[actix::test]
async fn quit_over_a_socket_with_full_buffers_loses_neither_event_nor_reply() {
    const EVENTS: i64 = 3000;
    let mut rig = Rig::start_with(with_quit).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let options: MonitorOptions = format!("unix:{},server=on,wait=off", path.display()).parse().unwrap();
    rig.monitors.add(options).await.unwrap();
    let mut client = Client::over(UnixStream::connect(&path).await.unwrap());
    client.negotiate(&["oob"]).await;
    for n in 0..EVENTS {
        rig.events.emit(Happened { n }).unwrap();
        if n % 1000 == 0 {
            rig.settle().await;
        }
    }
    client.execute("quit", "quit").await;
    within("quit asks for the end", rig.monitors.shutdown_trigger().triggered()).await;
    let reader = tokio::task::spawn_local(async move {
        for n in 0..EVENTS {
            assert_eq!(client.receive().await["data"]["n"], n);
        }
        assert_eq!(client.receive().await["event"], "SHUTDOWN");
        assert_eq!(client.receive().await["id"], "quit");
        assert_eq!(client.try_receive().await, None);
    });
    rig.end().await;
    within("all is read", reader).await.unwrap();
    assert!(!path.exists(), "the socket file is left behind");
}

#[actix::test]
async fn a_command_that_runs_is_answered_and_those_that_wait_are_not_begun() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=8 {
        send_note(&mut client, n).await;
    }
    rig.settle().await;
    let trigger = rig.monitors.shutdown_trigger();
    let Rig { monitors, holds, mut notes, events, .. } = rig;
    let ending = tokio::task::spawn_local(monitors.shutdown(AMPLE));
    within("the end is asked for", trigger.triggered()).await;
    events.emit(Happened { n: 7 }).unwrap();
    holds.release(0);
    assert_eq!(client.receive().await["data"], json!({"n": 7}), "what was emitted goes out");
    assert_eq!(client.receive().await, answer(0), "what runs is answered");
    assert_eq!(client.try_receive().await, None);
    within("the monitors end", ending).await.unwrap().unwrap();
    assert!(notes.so_far().is_empty(), "a waiting command was executed");
}

#[actix::test]
async fn nothing_is_begun_after_the_trigger_even_before_the_shutdown() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    rig.monitors.shutdown_trigger().trigger();
    send_note(&mut client, 1).await;
    client.execute_oob("where", "oob").await;
    assert_eq!(client.receive().await["id"], "oob", "out-of-band goes on until the end");
    rig.settle().await;
    let (chardev, _connector) = ChardevOptions::memory();
    let refused = rig.monitors.add(MonitorOptions::new(chardev)).await.err().expect("refused");
    assert!(matches!(refused, AddError::ShuttingDown), "{refused}");
    assert!(rig.notes.so_far().is_empty(), "a command was begun");
    end(rig, AMPLE).await.unwrap();
    assert_eq!(client.try_receive().await, None);
}

#[actix::test]
async fn a_client_that_never_reads_cannot_hold_up_the_end() {
    let mut rig = Rig::start().await;
    let (chardev, connector) = ChardevOptions::memory_with_buffer(64);
    rig.monitors.add(MonitorOptions::new(chardev)).await.unwrap();
    let mut deaf = Client::negotiated(&connector, &[]).await;
    for n in 0..100 {
        rig.events.emit(Happened { n }).unwrap();
    }
    rig.settle().await;
    end(rig, SHORT).await.unwrap();
    let received = deaf.rest().await;
    assert!(received.len() < 100, "it has read all the same");
}

#[actix::test]
async fn a_handler_that_never_ends_is_cut_off_and_named() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    assert_eq!(end(rig, SHORT).await, Err(ShutdownError::CommandStillRuns));
    assert_eq!(client.try_receive().await, None);
}

#[actix::test]
async fn an_io_thread_that_a_handler_blocks_is_named() {
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_oob(move |Stall { n }| handler(n))).await;
    let mut client = rig.client().await;
    client.execute_oob("stall", 1).await;
    gate.entered().await;
    assert_eq!(end(rig, SHORT).await, Err(ShutdownError::IoThreadBlocked));
    gate.open();
}

#[actix::test]
async fn closing_one_monitor_leaves_the_others() {
    let mut rig = Rig::start().await;
    let (first, first_connector) = rig.add().await;
    let mut gone = Client::negotiated(&first_connector, &["oob"]).await;
    let mut stays = rig.client().await;
    send_hold(&mut gone, 1).await;
    rig.holds.runs(1).await;
    send_note(&mut gone, 2).await;
    send_note(&mut stays, 3).await;
    within("the monitor closes", first.close(AMPLE)).await.unwrap();
    assert_eq!(gone.try_receive().await, None);
    let mut late = Client::connect(&first_connector);
    assert_eq!(late.try_receive().await, None, "a closed monitor takes clients");
    stays.execute_oob("where", 4).await;
    assert_eq!(stays.receive().await["id"], 4);
    rig.holds.release(1);
    assert_eq!(stays.receive().await, answer(3));
    assert_eq!(rig.notes.so_far(), [3], "a command of the closed monitor was executed");
    rig.events.emit(Happened { n: 5 }).unwrap();
    assert_eq!(stays.receive().await["data"]["n"], 5);
    let mut another = rig.client().await;
    send_note(&mut another, 6).await;
    assert_eq!(another.receive().await, answer(6), "monitors can still be added");
    rig.end().await;
}

/// Closes monitors whose command runs while another waits; `let_go` is called when one has been closed.
async fn close_behind_running_commands(let_go: impl AsyncFn(&mut Rig, i64)) {
    let mut rig = Rig::start().await;
    for n in 0..200 {
        let (monitor, connector) = rig.add().await;
        let mut client = Client::negotiated(&connector, &["oob"]).await;
        send_hold(&mut client, n).await;
        rig.holds.runs(n).await;
        send_note(&mut client, n).await;
        if n % 2 == 0 {
            drop(client);
        }
        within("the monitor closes", monitor.close(AMPLE)).await.expect("the monitor closes");
        let_go(&mut rig, n).await;
    }
    let mut client = rig.client().await;
    send_note(&mut client, 1000).await;
    assert_eq!(client.receive().await, answer(1000));
    assert_eq!(rig.notes.so_far(), [1000], "a command of a closed monitor was begun");
    rig.end().await;
}

#[actix::test]
async fn a_monitor_closes_while_its_command_runs_and_what_waits_is_never_begun() {
    close_behind_running_commands(async |rig, n| {
        rig.settle().await;
        rig.holds.release(n);
    })
    .await;
}

#[actix::test]
async fn what_waits_is_never_begun_once_close_has_returned() {
    close_behind_running_commands(async |rig, n| rig.holds.release(n)).await;
}

#[actix::test]
async fn blocking_work_that_a_handler_has_begun_is_not_waited_for() {
    let (open, opened) = std::sync::mpsc::channel::<()>();
    let opened = tokio::sync::Mutex::new(Some(opened));
    let stall = move |_: Stall| {
        let opened = opened.try_lock().ok().and_then(|mut opened| opened.take());
        tokio::task::spawn_blocking(move || opened.map(|opened| opened.recv_timeout(PATIENCE)));
        Ok(json!({"n": 1}))
    };
    let mut rig = Rig::start_with(|builder| builder.command_oob(stall)).await;
    let mut client = rig.client().await;
    client.execute_oob("stall", 1).await;
    assert_eq!(client.receive().await, answer(1));
    assert_eq!(end(rig, AMPLE).await, Ok(()));
    assert_eq!(client.try_receive().await, None);
    open.send(()).expect("the work goes on until now");
}

#[actix::test]
async fn without_a_bound_the_end_is_waited_for_as_long_as_it_takes() {
    let mut rig = Rig::start().await;
    let (monitor, _connector) = rig.add().await;
    within("the monitor closes", monitor.close(Duration::MAX)).await.unwrap();
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    let Rig { monitors, holds, .. } = rig;
    let ending = tokio::task::spawn_local(monitors.shutdown(Duration::MAX));
    tokio::task::yield_now().await;
    holds.release(1);
    assert_eq!(client.receive().await, answer(1));
    within("the monitors end", ending).await.unwrap().unwrap();
}

#[actix::test]
async fn periods_and_warnings_without_a_bound_harm_nobody() {
    let rule = ThrottleRule { event: Happened::NAME, key: None, period: Duration::MAX };
    let mut rig = Rig::start_with(|builder| builder.throttle(rule).warn_when_held(Some(Duration::MAX))).await;
    let mut client = rig.client().await;
    for n in 0..3 {
        rig.events.emit(Happened { n }).unwrap();
    }
    assert_eq!(client.receive().await["data"]["n"], 0, "once is at once, and never again");
    for n in 0..3 {
        send_note(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
}

#[actix::test]
async fn handlers_and_what_they_own_are_gone_after_the_end() {
    let owned = Rc::new(());
    let handler = Rc::clone(&owned);
    let rig = Rig::start_with(|builder| {
        builder.command_fn(move |_: Quit| {
            let _: &Rc<()> = &handler;
            Ok(json!({}))
        })
    })
    .await;
    rig.end().await;
    assert_eq!(Rc::strong_count(&owned), 1, "the handler is still there");
}

#[actix::test]
async fn the_end_may_come_from_any_thread() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    let monitors = rig.monitors;
    let ended = elsewhere(move || async move { monitors.shutdown(AMPLE).await }).await;
    ended.unwrap();
    assert_eq!(client.try_receive().await, None);
}

/// Comes, says something and goes, until the monitor is gone; every answer must be its own.
async fn come_and_go(connector: MemoryConnector, mut chance: Chance) {
    for n in 0.. {
        let mut client = Client::connect(&connector);
        let Some(greeting) = client.try_receive().await else { return };
        assert!(greeting.get("QMP").is_some(), "{greeting}");
        let (mut client, mut sender) = client.split();
        chance.dawdle().await;
        // Refused when the end has come meanwhile.
        let _ = sender.write_all(br#"{"execute":"qmp_capabilities","id":"mine"}"#).await;
        let note = json!({"execute": "note", "arguments": {"n": n}, "id": n});
        let _ = sender.write_all(note.to_string().as_bytes()).await;
        if chance.below(3) == 0 {
            continue;
        }
        for expected in [json!({"return": {}, "id": "mine"}), answer(n)] {
            let Some(message) = client.try_receive().await else { break };
            if message.get("event").is_none() {
                assert_eq!(message, expected);
            }
            chance.dawdle().await;
        }
    }
}

#[actix::test]
async fn the_end_comes_in_good_order_while_clients_come_and_go_and_events_are_emitted() {
    let mut chance = Chance::new();
    for _ in 0..50 {
        let mut rig = Rig::start_with(with_quit).await;
        let mut visitors = Vec::new();
        for _ in 0..3 {
            let (_monitor, connector) = rig.add().await;
            let chance = chance.fork();
            visitors.push(tokio::task::spawn_local(elsewhere(move || come_and_go(connector, chance))));
        }
        for n in 0..chance.below(40) {
            chance.dawdle().await;
            rig.events.emit(Happened { n: n as i64 }).unwrap();
        }
        if chance.below(2) == 0 {
            rig.monitors.shutdown_trigger().trigger();
            chance.dawdle().await;
        }
        end(rig, AMPLE).await.unwrap();
        for visitor in visitors {
            within("a client sees the end", visitor).await.unwrap();
        }
    }
}
