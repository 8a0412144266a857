//! How an operator learns how the monitors are doing.

#[path = "rig/rig.rs"]
mod rig;

use actix_qmp::test_support::Client;
use rig::{PATIENCE, Rig, gate, send_hold, send_note, test_command, within};
use serde_json::{Value, json};

test_command! {
    /// Blocks the main arbiter's thread until the test opens the gate.
    Block = "block"
}

/// What `x-query-monitors`, out-of-band, says of each monitor.
async fn query(client: &mut Client) -> Vec<Value> {
    client.execute_oob("x-query-monitors", "query").await;
    let reply = client.reply().await;
    assert_eq!(reply["id"], "query", "{reply}");
    serde_json::from_value(reply["return"].clone()).expect("a list")
}

/// What it says of one monitor, once that is `expected`.
async fn query_until(client: &mut Client, monitor: u64, missing: &str, expected: impl Fn(&Value) -> bool) -> Value {
    within(missing, async {
        loop {
            let all = query(client).await;
            if let Some(info) = all.into_iter().find(|info| info["monitor"] == monitor && expected(info)) {
                return info;
            }
        }
    })
    .await
}

#[test]
fn while_the_main_thread_is_blocked_it_tells_what_runs_and_what_waits() {
    // The main arbiter's thread is blocked, so the client must live on another.
    let (handler, mut block) = gate();
    actix::System::new().block_on(async move {
        let mut rig = Rig::start_with(|builder| builder.command_fn(move |Block { n }| handler(n))).await;
        let (_monitor, connector) = rig.add().await;
        let asked = rig::elsewhere(move || async move {
            let mut client = Client::negotiated(&connector, &["oob"]).await;
            client.execute_with("block", json!({"n": 1}), 1).await;
            block.entered().await;
            send_note(&mut client, 2).await;
            let told = query_until(&mut client, 1, "one command waits", |info| info["queue-length"] == 1).await;
            block.open();
            assert_eq!(client.reply().await["id"], 1);
            assert_eq!(client.reply().await["id"], 2);
            told
        });
        let told = asked.await;
        let running = &told["running"];
        assert_eq!(
            (&running["command"], &running["session"], &running["sequence"]),
            (&json!("block"), &json!(1), &json!(1))
        );
        assert!(running["running-us"].is_u64(), "{told}");
        assert_eq!(told["session"]["capabilities"], json!(["oob"]));
        assert_eq!(told["in-band-running"]["count"], 0, "nothing has ended yet: {told}");
        rig.end().await;
    });
}

#[actix::test]
async fn counts_are_those_of_the_requests_that_were_sent() {
    let mut rig = Rig::start().await;
    let mut watcher = rig.client().await;
    let mut client = rig.client().await;
    send_note(&mut client, 1).await;
    client.reply().await;
    client.execute("no-such", 2).await;
    client.reply().await;
    client.execute_oob("where", 3).await;
    client.reply().await;
    rig.events.emit(rig::Happened { n: 1 }).expect("room for an event");
    assert_eq!(client.receive().await["event"], "HAPPENED");
    let settled = |info: &Value| info["queue-length"] == 0 && info["counts"]["bytes-out"].as_u64() > Some(300);
    let told = query_until(&mut watcher, 2, "all is answered", settled).await;
    let counts = &told["counts"];
    let numbers =
        ["sessions", "in-band", "out-of-band", "dropped", "errors", "events"].map(|name| counts[name].clone());
    assert_eq!(numbers, [1, 2, 1, 0, 1, 1].map(Value::from), "{told}");
    assert_eq!(told["in-band-waiting"]["count"], 1, "an unknown command never reaches the dispatcher: {told}");
    assert_eq!(told["in-band-running"]["count"], 1, "{told}");
    assert_eq!(told["out-of-band-running"]["count"], 1, "{told}");
    assert!(counts["bytes-in"].as_u64() > Some(100), "{told}");
    assert_eq!(told.get("running"), None, "{told}");
    rig.end().await;
}

#[actix::test]
async fn holders_of_the_input_are_told_and_gone_sessions_are_not() {
    let mut rig = Rig::start().await;
    let mut watcher = rig.client().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &[]).await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    let guard = monitor.suspend().expect("the monitor lives");
    let both = json!(["command-in-flight", "embedder"]);
    query_until(&mut watcher, 2, "both holders", |info| info["suspended-by"] == both).await;
    drop((guard, client));
    let told = query_until(&mut watcher, 2, "the session is over", |info| info.get("session").is_none()).await;
    assert_eq!((&told["suspended-by"], &told["queue-length"]), (&json!([]), &json!(0)));
    assert_eq!(told["running"]["command"], "hold", "its command still runs: {told}");
    rig.holds.release(1);
    query_until(&mut watcher, 2, "the command ended", |info| info.get("running").is_none()).await;
    rig.end().await;
}

#[actix::test]
async fn dropped_requests_are_counted() {
    let mut rig = Rig::start().await;
    let mut watcher = rig.client().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=10 {
        send_hold(&mut client, n).await;
    }
    let told = query_until(&mut watcher, 2, "two were dropped", |info| info["counts"]["dropped"] == 2).await;
    assert_eq!(told["queue-length"], 8, "{told}");
    rig.end().await;
}

#[actix::test]
async fn a_monitor_that_was_closed_is_not_listed_any_more() {
    let mut rig = Rig::start().await;
    let (monitor, _connector) = rig.add().await;
    let list = rig.monitors.list();
    assert_eq!(list.read().iter().map(|info| info.monitor).collect::<Vec<_>>(), [0, 1]);
    within("the monitor ends", monitor.close(PATIENCE / 2)).await.expect("it ends in time");
    assert_eq!(list.read().iter().map(|info| info.monitor).collect::<Vec<_>>(), [0]);
    rig.end().await;
}
