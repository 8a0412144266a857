//! The queue: its bound, who learns of a dropped command, and the order of everything that is answered.

#[path = "rig/rig.rs"]
mod rig;

use std::cell::Cell;
use std::rc::Rc;

use actix_qmp::test_support::Client;
use actix_qmp::{IdRule, QUEUE_LENGTH, QmpError, QueueFull};
use rig::{Rig, answer, generic_error, send_hold, send_note, test_command};
use serde_json::{Value, json};

const QUEUE: i64 = QUEUE_LENGTH as i64;

test_command! {
    /// Fails when another one runs at the same time.
    Alone = "alone"
}

fn assert_dropped(message: &Value, id: i64) {
    assert_eq!(message["event"], "COMMAND_DROPPED", "{message}");
    assert_eq!(message["data"], json!({"id": id, "reason": "queue-full"}));
    let timestamp = &message["timestamp"];
    assert!(timestamp["seconds"].is_i64() && timestamp["microseconds"].is_i64(), "{message}");
}

/// One `hold` that runs and as many `note`s as there is room for.
async fn fill(rig: &mut Rig, client: &mut Client) {
    send_hold(client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=QUEUE {
        send_note(client, n).await;
    }
}

async fn assert_drained(client: &mut Client) {
    for n in 0..=QUEUE {
        assert_eq!(client.receive().await, answer(n));
    }
}

#[actix::test]
async fn the_tenth_command_is_dropped_its_owner_told_and_it_is_never_executed() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    fill(&mut rig, &mut client).await;
    for id in [QUEUE + 1, QUEUE + 2] {
        send_note(&mut client, id).await;
        assert_dropped(&client.receive().await, id);
    }
    rig.holds.release(0);
    assert_drained(&mut client).await;
    send_note(&mut client, 99).await;
    assert_eq!(client.receive().await, answer(99));
    let expected: Vec<i64> = (1..=QUEUE).chain([99]).collect();
    assert_eq!(rig.notes.so_far(), expected, "a dropped command was executed");
    rig.end().await;
}

#[actix::test]
async fn only_the_owner_learns_of_a_dropped_command() {
    let mut rig = Rig::start().await;
    let mut owner = rig.client().await;
    let mut other = rig.client().await;
    fill(&mut rig, &mut owner).await;
    // The very same ids, waiting on another monitor.
    send_note(&mut other, QUEUE + 1).await;
    send_note(&mut owner, QUEUE + 1).await;
    assert_dropped(&owner.receive().await, QUEUE + 1);
    rig.settle().await;
    other.execute_oob("where", "fence").await;
    assert_eq!(other.receive().await["id"], "fence", "the event went to a session that owns no dropped command");
    rig.holds.release(0);
    assert_eq!(other.receive().await, answer(QUEUE + 1));
    assert_drained(&mut owner).await;
    rig.end().await;
}

#[actix::test]
async fn the_bound_is_exact_for_a_monitor_that_waits_behind_anothers_command() {
    let mut rig = Rig::start().await;
    let mut runs = rig.client().await;
    let mut waits = rig.client().await;
    send_hold(&mut runs, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=QUEUE + 1 {
        send_note(&mut waits, n).await;
    }
    assert_dropped(&waits.receive().await, QUEUE + 1);
    rig.holds.release(0);
    for n in 1..=QUEUE {
        assert_eq!(waits.receive().await, answer(n));
    }
    assert_eq!(runs.receive().await, answer(0));
    rig.end().await;
}

#[actix::test]
async fn one_that_was_taken_out_makes_room_for_exactly_one() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    for n in 0..=QUEUE {
        send_hold(&mut client, n).await;
        if n == 0 {
            rig.holds.runs(0).await;
        }
    }
    for n in 0..20 {
        rig.holds.release(n);
        rig.holds.runs(n + 1).await;
        assert_eq!(client.receive().await, answer(n));
        send_hold(&mut client, n + QUEUE + 1).await;
        send_hold(&mut client, 1000).await;
        assert_dropped(&client.receive().await, 1000);
    }
    rig.end().await;
}

const LACKS_ID: &str = "Out-Of-Band capability requires that every command contains an 'id' field";

#[actix::test]
async fn a_request_without_an_id_is_refused_only_where_nothing_could_be_told_without_it() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    client.send(r#"{"exec-oob":"where"}"#).await;
    assert_eq!(generic_error(&client.receive().await), LACKS_ID, "its answer may overtake others");
    fill(&mut rig, &mut client).await;
    client.send(r#"{"execute":"note"}"#).await;
    assert_eq!(generic_error(&client.receive().await), LACKS_ID, "COMMAND_DROPPED could not name it");
    rig.holds.release(0);
    assert_drained(&mut client).await;
    client.send(r#"{"execute":"note"}"#).await;
    let reply = client.receive().await;
    assert!(reply.get("return").is_some() && reply.get("id").is_none(), "{reply}");

    let mut suspended = rig.client_that_is_suspended().await;
    suspended.send(r#"{"execute":"note"}{"exec-oob":"where"}"#).await;
    let replies = [suspended.receive().await, suspended.receive().await];
    assert!(replies.iter().all(|reply| reply.get("return").is_some() && reply.get("id").is_none()), "{replies:?}");
    rig.end().await;
}

#[actix::test]
async fn with_the_rule_of_the_series_a_request_without_an_id_is_an_error_in_its_place() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add_with(|options| options.ids = IdRule::Required).await;
    let mut plain = Client::negotiated(&connector, &[]).await;
    plain.send(r#"{"execute":"query-version"}"#).await;
    assert!(plain.receive().await.get("return").is_some(), "without oob no id is needed");
    drop(plain);
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    send_hold(&mut client, 0).await;
    client.send(r#"{"execute":"note"}"#).await;
    send_note(&mut client, 1).await;
    rig.holds.runs(0).await;
    rig.holds.release(0);
    assert_eq!(client.receive().await, answer(0));
    assert_eq!(generic_error(&client.receive().await), LACKS_ID);
    assert_eq!(client.receive().await, answer(1));
    assert_eq!(rig.notes.so_far(), [1]);
    rig.end().await;
}

#[actix::test]
async fn malformed_requests_keep_their_place() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 0).await;
    client.send(r#"{"execute":7,"id":"wrong"}{"execute":"note"]"#).await;
    send_note(&mut client, 1).await;
    client.send(r#"{"execute":"no-such-command","id":"unknown"}"#).await;
    client.send(r#"{"execute":"note","arguments":{"m":1},"id":"unexpected"}"#).await;
    send_note(&mut client, 2).await;
    rig.holds.runs(0).await;
    rig.settle().await;
    client.execute_oob("where", "oob").await;
    assert_eq!(client.receive().await["id"], "oob", "an error overtook the commands before it");
    rig.holds.release(0);
    assert_eq!(client.receive().await, answer(0));
    let wrong = client.receive().await;
    assert_eq!((generic_error(&wrong), &wrong["id"]), ("QMP input member 'execute' must be a string", &json!("wrong")));
    assert!(generic_error(&client.receive().await).starts_with("JSON parse error"));
    assert_eq!(client.receive().await, answer(1));
    assert_eq!(client.receive().await["id"], "unknown");
    assert_eq!(client.receive().await["id"], "unexpected");
    assert_eq!(client.receive().await, answer(2));
    rig.end().await;
}

#[actix::test]
async fn requests_that_come_one_by_one_while_reading_is_suspended_keep_their_order() {
    let mut rig = Rig::start().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &[]).await;
    for round in 0..20 {
        let (first, second) = (2 * round, 2 * round + 1);
        send_hold(&mut client, first).await;
        rig.holds.runs(first).await;
        // Each is a chunk of its own to the parser, which stands still.
        send_hold(&mut client, second).await;
        rig.settle().await;
        send_note(&mut client, 100).await;
        rig.settle().await;
        rig.holds.release(first);
        rig.holds.runs(second).await;
        // Now it has used up one chunk exactly and stands still again, with another one waiting.
        send_note(&mut client, 101).await;
        rig.settle().await;
        rig.holds.release(second);
        for n in [first, second, 100, 101] {
            assert_eq!(client.receive().await, answer(n), "a request overtook another");
        }
    }
    rig.end().await;
}

#[actix::test]
async fn a_malformed_request_that_finds_the_queue_full_is_answered_at_once() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    fill(&mut rig, &mut client).await;
    client.send(r#"{"execute":7,"id":"wrong"}"#).await;
    assert_eq!(client.receive().await["id"], "wrong");
    client.send(r#"{"execute":]"#).await;
    assert!(generic_error(&client.receive().await).starts_with("JSON parse error"));
    client.send(r#"{"execute":"note"}"#).await;
    assert!(generic_error(&client.receive().await).contains("'id' field"));
    send_note(&mut client, QUEUE + 1).await;
    assert_dropped(&client.receive().await, QUEUE + 1);
    rig.holds.release(0);
    assert_drained(&mut client).await;
    rig.end().await;
}

#[actix::test]
async fn with_suspend_nothing_is_dropped_and_all_is_answered_in_order() {
    let mut rig = Rig::start().await;
    let mut client = rig.client_that_is_suspended().await;
    for round in 0..20 {
        let all = 100 * round..100 * (round + 1);
        let pipelined: String =
            all.clone().map(|n| json!({"execute": "note", "arguments": {"n": n}, "id": n}).to_string()).collect();
        client.send(pipelined).await;
        for n in all {
            assert_eq!(client.receive().await, answer(n));
        }
    }
    rig.end().await;
}

#[actix::test]
async fn with_suspend_reading_stops_at_eight_and_goes_on_when_one_is_taken_out() {
    let mut rig = Rig::start().await;
    let mut client = rig.client_that_is_suspended().await;
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..QUEUE {
        send_hold(&mut client, n).await;
    }
    client.execute_oob("where", "seven wait").await;
    assert_eq!(client.receive().await["id"], "seven wait");
    send_hold(&mut client, QUEUE).await;
    client.execute_oob("where", "eight wait").await;
    rig.settle().await;
    rig.holds.release(0);
    assert_eq!(client.receive().await, answer(0), "reading did not stop at eight");
    assert_eq!(client.receive().await["id"], "eight wait", "reading did not go on");
    rig.holds.runs(1).await;
    rig.holds.release(QUEUE);
    for n in 1..=QUEUE {
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
}

async fn alone(busy: Rc<Cell<bool>>, n: i64) -> Result<Value, QmpError> {
    assert!(!busy.replace(true), "two commands at a time");
    for _ in 0..n % 3 {
        tokio::task::yield_now().await;
    }
    busy.set(false);
    Ok(json!({"n": n}))
}

async fn pipelined_without_oob(count: i64) {
    let busy = Rc::new(Cell::new(false));
    let mut rig = Rig::start_with(|builder| builder.command_async(move |Alone { n }| alone(Rc::clone(&busy), n))).await;
    let (_monitor, connector) = rig.add_with(|options| options.queue_full = QueueFull::Drop).await;
    let mut client = Client::negotiated(&connector, &[]).await;
    let pipelined: String =
        (0..count).map(|n| json!({"execute": "alone", "arguments": {"n": n}, "id": n}).to_string()).collect();
    client.send(pipelined).await;
    for n in 0..count {
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
}

#[actix::test]
async fn without_oob_16_pipelined_commands_run_one_at_a_time_and_none_is_dropped() {
    pipelined_without_oob(16).await;
}

#[actix::test]
async fn without_oob_1000_pipelined_commands_run_one_at_a_time_and_none_is_dropped() {
    pipelined_without_oob(1000).await;
}
