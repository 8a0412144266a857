//! Holding a monitor's input: the embedder's guard, and that nothing of it outlives the session.

#[path = "rig/rig.rs"]
mod rig;
#[path = "suspend/vanished.rs"]
mod vanished;

use actix_qmp::chardev::MemoryConnector;
use actix_qmp::test_support::Client;
use actix_qmp::{HOLDS, Monitor, QUEUE_LENGTH, SuspendError, SuspendGuard};
use rig::{Happened, PATIENCE, Rig, answer, send_hold, send_note, within};
use serde_json::json;

const QUEUE: i64 = QUEUE_LENGTH as i64;
const ROUNDS: i64 = 10_000;

/// Holds the input, and waits until the parser knows.
async fn hold_input(rig: &mut Rig, monitor: &Monitor) -> SuspendGuard {
    let guard = monitor.suspend().expect("the monitor lives");
    rig.settle().await;
    guard
}

/// What the client has sent is not executed: the monitor had every chance to.
async fn assert_held(rig: &mut Rig) {
    rig.settle().await;
    assert!(rig.notes.so_far().is_empty(), "a held monitor has read on");
}

#[actix::test]
async fn a_guard_holds_the_input_and_dropping_it_parses_what_is_there_already() {
    let mut rig = Rig::start().await;
    for enable in [&[][..], &["oob"]] {
        let (monitor, connector) = rig.add().await;
        let mut client = Client::negotiated(&connector, enable).await;
        for n in 0..10 {
            let guard = hold_input(&mut rig, &monitor).await;
            send_note(&mut client, n).await;
            assert_held(&mut rig).await;
            drop(guard);
            assert_eq!(client.receive().await, answer(n), "what was there already is parsed without new input");
            assert_eq!(rig.notes.so_far(), [n]);
        }
    }
    rig.end().await;
}

#[actix::test]
async fn a_guard_that_is_dropped_after_oob_commands_resumes() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    for n in 0..10 {
        client.execute_oob("where", "oob").await;
        assert_eq!(client.receive().await["id"], "oob");
        drop(hold_input(&mut rig, &monitor).await);
        send_note(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
}

#[actix::test]
async fn a_guard_holds_out_of_band_commands_too() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    let guard = hold_input(&mut rig, &monitor).await;
    client.execute_oob("where", "oob").await;
    rig.settle().await;
    rig.holds.release(1);
    assert_eq!(client.receive().await, answer(1), "what was begun before is answered, what came later is not read");
    drop(guard);
    assert_eq!(client.receive().await["id"], "oob");
    rig.end().await;
}

#[actix::test]
async fn two_guards_hold_until_both_are_dropped() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    for n in [1, 2] {
        let guards = (hold_input(&mut rig, &monitor).await, hold_input(&mut rig, &monitor).await);
        send_note(&mut client, n).await;
        assert_held(&mut rig).await;
        let (first, last) = if n == 1 { guards } else { (guards.1, guards.0) };
        drop(first);
        assert_held(&mut rig).await;
        drop(last);
        assert_eq!(client.receive().await, answer(n));
        rig.notes.so_far();
    }
    rig.end().await;
}

#[actix::test]
async fn a_guard_of_an_earlier_session_has_no_effect_on_the_next() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let first = Client::negotiated(&connector, &["oob"]).await;
    let old = hold_input(&mut rig, &monitor).await;
    drop(first);
    let mut second = Client::negotiated(&connector, &["oob"]).await;
    send_note(&mut second, 1).await;
    assert_eq!(second.receive().await, answer(1), "the next session starts afresh");
    rig.notes.so_far();

    let new = hold_input(&mut rig, &monitor).await;
    send_note(&mut second, 2).await;
    drop(old);
    assert_held(&mut rig).await;
    drop(new);
    assert_eq!(second.receive().await, answer(2));
    rig.end().await;
}

/// Connects to a monitor that is held, sends the negotiation, and checks that it is read when the guard is dropped.
async fn negotiation_is_held(connect: impl AsyncFn(&MemoryConnector) -> Client) {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let guard = hold_input(&mut rig, &monitor).await;
    let mut client = connect(&connector).await;
    rig.settle().await;
    rig.events.emit(Happened { n: 0 }).expect("emitted");
    rig.settle().await;
    drop(guard);
    assert_eq!(client.receive().await, json!({"return": {}, "id": "negotiate"}));
    send_note(&mut client, 1).await;
    let next = client.receive().await;
    assert_eq!(next, answer(1), "the session was in command mode when the event was emitted: held input was read");
    rig.end().await;
}

#[actix::test]
async fn a_guard_taken_before_a_client_connects_holds_its_first_request() {
    negotiation_is_held(async |connector| {
        let mut client = Client::connect(connector);
        assert!(client.receive().await.get("QMP").is_some(), "a held monitor still greets");
        client.execute("qmp_capabilities", "negotiate").await;
        client
    })
    .await;
}

#[actix::test]
async fn a_guard_taken_before_a_client_connects_holds_a_request_sent_ahead_of_the_greeting() {
    negotiation_is_held(async |connector| {
        let mut client = Client::connect(connector);
        client.execute("qmp_capabilities", "negotiate").await;
        assert!(client.receive().await.get("QMP").is_some(), "a held monitor still greets");
        client
    })
    .await;
}

#[actix::test]
async fn guards_by_the_thousand_lose_no_release() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    for n in 0..50 {
        let mut guards = Vec::new();
        for _ in 0..1000 {
            match monitor.suspend() {
                Ok(guard) => guards.push(guard),
                Err(SuspendError::Overloaded) => {}
                Err(SuspendError::Closed) => panic!("the monitor lives"),
            }
        }
        assert_eq!(guards.len(), HOLDS, "the answer before says that all releases were seen");
        drop(guards);
        send_note(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n), "a release was lost");
    }
    rig.end().await;
}

#[actix::test]
async fn a_monitor_that_has_ended_cannot_be_suspended() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &[]).await;
    let guard = hold_input(&mut rig, &monitor).await;
    send_note(&mut client, 1).await;
    within("a suspended monitor closes", monitor.close(PATIENCE)).await.unwrap();
    assert_eq!(client.try_receive().await, None);
    drop(guard);
    rig.end().await;
}

#[actix::test]
async fn filled_closed_and_reopened_10000_times_every_session_works() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    for round in 0..ROUNDS {
        let mut client = Client::negotiated(&connector, &["oob"]).await;
        // Now it is known that the earlier session is over; what it left in the queue must not be begun.
        rig.holds.release(round - 1);
        send_hold(&mut client, round).await;
        rig.holds.runs(round).await;
        for n in 1..=QUEUE + 1 {
            send_note(&mut client, n).await;
        }
        let dropped = client.receive().await;
        assert_eq!(dropped["data"]["id"], QUEUE + 1, "round {round} does not start with an empty queue: {dropped}");
        let left_over = [r#"{"execute": "note", "arg"#, "", "[[[", r#"{"a": "b"#, "\u{fe}"][round as usize % 5];
        client.send(left_over).await;
    }
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    rig.holds.release(ROUNDS);
    send_note(&mut client, 77).await;
    assert_eq!(client.receive().await, answer(77));
    assert_eq!(rig.notes.so_far(), [77], "commands of sessions that are over were begun");
    rig.end().await;
}

#[actix::test]
async fn suspended_closed_and_reopened_every_session_works() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add_with(|options| options.queue_full = actix_qmp::QueueFull::Suspend).await;
    for round in 0..ROUNDS / 10 {
        let mut client = Client::negotiated(&connector, &["oob"]).await;
        send_note(&mut client, round).await;
        assert_eq!(client.receive().await, answer(round), "round {round}");
        send_hold(&mut client, round).await;
        rig.holds.runs(round).await;
        for n in 1..=QUEUE + 5 {
            send_note(&mut client, n).await;
        }
        let guard = monitor.suspend().ok();
        if round % 2 == 0 {
            client.execute_oob("where", "never read").await;
        }
        drop(client);
        rig.holds.release(round);
        drop(guard);
    }
    rig.end().await;
}
