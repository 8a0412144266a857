//! Events: who gets them, their place before the reply, throttling, and what becomes of too many.

#[path = "events/hooks.rs"]
mod hooks;
#[path = "rig/rig.rs"]
mod rig;

use std::time::Duration;

use actix::{Actor, Arbiter, Context, Handler};
use actix_qmp::test_support::Client;
use actix_qmp::{EmitError, Event, EventEmitter, MonitorsBuilder, OutputLimits, QmpError, ThrottleRule};
use rig::{Happened, PATIENCE, Rig, answer, elsewhere, gate, send_hold, send_note, test_command, within};
use serde::Serialize;
use serde_json::{Value, json};

/// Events that may be under way at one time.
const CREDITS: i64 = 4096;
const ROUNDS: i64 = 1000;
/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(24 * 3600);

test_command! {
    /// Emits HAPPENED with its number from a sync closure; may run out-of-band.
    Emit = "emit", ALLOW_OOB: true
}
test_command! {
    /// Emits from an async closure, on either side of a wait.
    EmitLater = "emit-later"
}
test_command! {
    /// Emits from an actor on another arbiter.
    EmitElsewhere = "emit-elsewhere"
}
test_command! {
    /// Stops the I/O thread until the test opens the gate.
    Stall = "stall", ALLOW_OOB: true
}
test_command! {
    /// Emits the same throttled events five times in one go, on an I/O thread whose time is paused.
    Burst = "burst", ALLOW_OOB: true
}

struct Teller(EventEmitter);

impl Actor for Teller {
    type Context = Context<Self>;
}

impl Handler<EmitElsewhere> for Teller {
    type Result = Result<Value, QmpError>;

    fn handle(&mut self, EmitElsewhere { n }: EmitElsewhere, _ctx: &mut Self::Context) -> Self::Result {
        emit(&self.0, n)
    }
}

fn emit(events: &EventEmitter, n: i64) -> Result<Value, QmpError> {
    events.emit(Happened { n }).map_err(|error| QmpError::generic(error.to_string()))?;
    Ok(json!({"n": n}))
}

fn commands_that_emit(builder: MonitorsBuilder, other: &Arbiter) -> MonitorsBuilder {
    let (events, later, elsewhere) = (builder.events(), builder.events(), builder.events());
    let teller = Teller::start_in_arbiter(&other.handle(), |_| Teller(elsewhere));
    builder
        .command_to::<EmitElsewhere>(teller.recipient())
        .command_oob(move |Emit { n }| emit(&events, n))
        .command_async(move |EmitLater { n }| {
            let events = later.clone();
            async move {
                tokio::task::yield_now().await;
                emit(&events, n)
            }
        })
}

async fn next_event(client: &mut Client) -> (String, Value) {
    let message = client.receive().await;
    let timestamp = &message["timestamp"];
    assert!(timestamp["seconds"].as_i64() > Some(1_500_000_000), "{message}");
    assert!((0..1_000_000).contains(&timestamp["microseconds"].as_i64().unwrap_or(-1)), "{message}");
    (message["event"].as_str().expect("an event").to_owned(), message["data"].clone())
}

async fn assert_happened(client: &mut Client, n: i64) {
    assert_eq!(next_event(client).await, ("HAPPENED".to_owned(), json!({"n": n})));
}

#[actix::test]
async fn events_go_to_sessions_in_command_mode_and_to_no_other() {
    let mut rig = Rig::start().await;
    let (_a, first) = rig.add().await;
    let (_b, second) = rig.add().await;
    let (_c, nobody) = rig.add().await;
    let mut with_oob = Client::negotiated(&first, &["oob"]).await;
    let mut greeted = Client::connect(&second);
    assert!(greeted.receive().await.get("QMP").is_some());
    rig.events.emit(Happened { n: 1 }).unwrap();
    assert_happened(&mut with_oob, 1).await;
    rig.settle().await;
    greeted.execute("qmp_capabilities", 1).await;
    assert_eq!(greeted.receive().await, json!({"return": {}, "id": 1}), "an event before negotiation");
    rig.events.emit(Happened { n: 2 }).unwrap();
    assert_happened(&mut greeted, 2).await;
    assert_happened(&mut with_oob, 2).await;
    let mut late = Client::negotiated(&nobody, &[]).await;
    send_note(&mut late, 3).await;
    assert_eq!(late.receive().await, answer(3), "an event from before the session");
    rig.end().await;
}

#[actix::test]
async fn an_event_comes_before_the_reply_of_its_command_in_both_bands_and_from_any_arbiter() {
    let other = Arbiter::new();
    let mut rig = Rig::start_with(|builder| commands_that_emit(builder, &other)).await;
    let mut client = rig.client().await;
    for n in 0..ROUNDS {
        for (member, command) in
            [("execute", "emit"), ("execute", "emit-later"), ("execute", "emit-elsewhere"), ("exec-oob", "emit")]
        {
            client.send_json(&json!({member: command, "arguments": {"n": n}, "id": n})).await;
            assert_happened(&mut client, n).await;
            assert_eq!(client.receive().await, answer(n), "{member} {command}");
        }
    }
    rig.end().await;
    other.stop();
}

#[actix::test]
async fn pipelined_commands_keep_each_event_before_its_own_reply() {
    let other = Arbiter::new();
    let mut rig = Rig::start_with(|builder| commands_that_emit(builder, &other)).await;
    let mut client = rig.client_that_is_suspended().await;
    let commands = ["emit", "emit-later", "emit-elsewhere"];
    let command = |n: i64| json!({"execute": commands[n as usize % 3], "arguments": {"n": n}, "id": n}).to_string();
    client.send((0..300).map(command).collect::<String>()).await;
    for n in 0..300 {
        assert_happened(&mut client, n).await;
        assert_eq!(client.receive().await, answer(n));
    }
    rig.end().await;
    other.stop();
}

#[actix::test]
async fn events_of_any_thread_arrive_while_the_main_thread_stands_still() {
    test_command! {
        /// Blocks the main arbiter's thread until the test opens the gate.
        Block = "block"
    }
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_fn(move |Block { n }| handler(n))).await;
    let (_monitor, connector) = rig.add().await;
    let events = rig.events.clone();
    elsewhere(move || async move {
        let mut client = Client::negotiated(&connector, &[]).await;
        client.execute("block", 0).await;
        gate.entered().await;
        for n in 0..10 {
            let events = events.clone();
            std::thread::spawn(move || events.emit(Happened { n }).unwrap()).join().unwrap();
            assert_happened(&mut client, n).await;
        }
        gate.open();
        assert_eq!(client.receive().await, answer(0));
    })
    .await;
    rig.end().await;
}

#[actix::test]
async fn command_dropped_is_no_broadcast() {
    let mut rig = Rig::start().await;
    let mut owner = rig.client().await;
    let mut other = rig.client().await;
    send_hold(&mut owner, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=9 {
        send_note(&mut owner, n).await;
    }
    assert_eq!(next_event(&mut owner).await.0, "COMMAND_DROPPED");
    rig.settle().await;
    rig.events.emit(Happened { n: 1 }).unwrap();
    assert_happened(&mut other, 1).await;
    rig.end().await;
}

/// A throttled event with a key, declared by the embedder.
#[derive(Serialize)]
struct Keyed {
    key: Value,
    n: i64,
}

impl Event for Keyed {
    const NAME: &'static str = "KEYED";
}

#[actix::test]
async fn a_declared_event_is_throttled_for_each_key_apart_and_the_first_comes_at_once() {
    let rule = ThrottleRule { event: Keyed::NAME, key: Some("key"), period: FOR_EVER };
    let mut rig = Rig::start_with(|builder| builder.throttle(rule)).await;
    let mut client = rig.client().await;
    // 1 and "1" are two keys.
    for key in [json!("a"), json!("b"), json!(1), json!("1")] {
        for n in 0..5 {
            rig.events.emit(Keyed { key: key.clone(), n }).unwrap();
        }
        assert_eq!(next_event(&mut client).await.1, json!({"key": key, "n": 0}));
        send_note(&mut client, 1).await;
        assert_eq!(client.receive().await, answer(1), "more than one event in its period");
    }
    rig.events.emit(Happened { n: 1 }).unwrap();
    rig.events.emit(Happened { n: 2 }).unwrap();
    assert_happened(&mut client, 1).await;
    assert_happened(&mut client, 2).await;
    rig.end().await;
}

/// An event of the protocol's own table with any data.
macro_rules! standard_event {
    ($type:ident = $name:literal) => {
        #[derive(Serialize)]
        #[serde(transparent)]
        struct $type(Value);

        impl Event for $type {
            const NAME: &'static str = $name;
        }
    };
}
standard_event!(RtcChange = "RTC_CHANGE");
standard_event!(Watchdog = "WATCHDOG");
standard_event!(BalloonChange = "BALLOON_CHANGE");
standard_event!(QuorumReportBad = "QUORUM_REPORT_BAD");
standard_event!(QuorumFailure = "QUORUM_FAILURE");
standard_event!(VserportChange = "VSERPORT_CHANGE");
standard_event!(MemoryDeviceSizeChange = "MEMORY_DEVICE_SIZE_CHANGE");
standard_event!(HvBalloonStatusReport = "HV_BALLOON_STATUS_REPORT");

fn burst(events: &EventEmitter) -> Result<Value, EmitError> {
    // The I/O thread's clock: it goes on by itself, and at once, when nothing is left to do but wait.
    tokio::time::pause();
    for n in 0..5 {
        for device in ["a", "b"] {
            events.emit(RtcChange(json!({"n": n})))?;
            events.emit(Watchdog(json!({"n": n})))?;
            events.emit(BalloonChange(json!({"n": n})))?;
            events.emit(QuorumReportBad(json!({"node-name": device, "n": n})))?;
            events.emit(QuorumFailure(json!({"n": n})))?;
            events.emit(VserportChange(json!({"id": device, "n": n})))?;
            events.emit(MemoryDeviceSizeChange(json!({"qom-path": device, "n": n})))?;
            events.emit(HvBalloonStatusReport(json!({"n": n})))?;
        }
    }
    Ok(json!({}))
}

#[actix::test]
async fn of_the_protocols_throttled_events_the_first_comes_at_once_and_the_last_is_kept() {
    let mut rig = Rig::start_with(|builder| {
        let events = builder.events();
        builder.command_oob(move |_: Burst| burst(&events).map_err(|error| QmpError::generic(error.to_string())))
    })
    .await;
    let mut client = rig.client().await;
    client.execute_oob("burst", "burst").await;
    let mut first = Vec::new();
    loop {
        let message = client.receive().await;
        if message["id"] == "burst" {
            assert_eq!(message["return"], json!({}));
            break;
        }
        assert_eq!(message["data"]["n"], 0, "not the first, but before the period was over: {message}");
        first.push(message["event"].as_str().unwrap().to_owned());
    }
    let mut last = Vec::new();
    for _ in 0..first.len() {
        let (name, data) = next_event(&mut client).await;
        assert_eq!(data["n"], 4, "the last of its period was not kept: {name} {data}");
        last.push(name);
    }
    first.sort();
    last.sort();
    assert_eq!(first, last);
    let keyed = ["MEMORY_DEVICE_SIZE_CHANGE", "QUORUM_REPORT_BAD", "VSERPORT_CHANGE"];
    assert_eq!(first.len(), 8 + keyed.len(), "{first:?}");
    for name in keyed {
        assert_eq!(first.iter().filter(|other| *other == name).count(), 2, "{name} is throttled for each device apart");
    }
    send_note(&mut client, 1).await;
    assert_eq!(client.receive().await, answer(1));
    rig.end().await;
}

#[actix::test]
async fn a_stalled_session_costs_a_healthy_one_no_event_and_one_who_leaves_disturbs_nobody() {
    let is_stalled = |info: &Value| info["suspended-by"] == json!(["output-backlog"]);
    let mut rig = Rig::start().await;
    let mut healthy = rig.client().await;
    let mut deaf = Vec::new();
    for n in 0..200 {
        if n % 20 == 0 {
            // A few events are more than its output may hold before its input is held.
            deaf.push(rig.deaf_client(OutputLimits { suspend_above: 128, close_above: 1024 * 1024 }).await);
        }
        if n % 30 == 0 {
            let (monitor, _client) = deaf.pop().expect("one of them is there");
            // Every other one leaves before it was given anything.
            if n % 20 != 0 {
                rig.info_once(&monitor, "the one who leaves is stalled", is_stalled).await;
            }
        }
        rig.events.emit(Happened { n }).unwrap();
        assert_happened(&mut healthy, n).await;
    }
    assert!(!deaf.is_empty());
    for (monitor, _client) in &deaf {
        rig.info_once(monitor, "those who stayed are stalled", is_stalled).await;
    }
    drop(deaf);
    rig.end().await;
}

#[actix::test]
async fn beyond_the_credits_emit_says_full_and_nothing_that_was_emitted_is_lost() {
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_oob(move |Stall { n }| handler(n))).await;
    let mut client = rig.client().await;
    let mut other = rig.client().await;
    client.execute_oob("stall", 0).await;
    gate.entered().await;
    let mut emitted = 0;
    while rig.events.emit(Happened { n: emitted }).is_ok() {
        emitted += 1;
        assert!(emitted <= CREDITS, "no bound");
    }
    assert_eq!(emitted, CREDITS);
    assert_eq!(rig.events.clone().emit(Happened { n: -1 }), Err(EmitError::Full));
    gate.open();
    for n in 0..CREDITS {
        assert_happened(&mut client, n).await;
        assert_happened(&mut other, n).await;
    }
    assert_eq!(client.receive().await, answer(0));
    rig.settle().await;
    rig.events.emit(Happened { n: -2 }).unwrap();
    assert_happened(&mut client, -2).await;
    assert_happened(&mut other, -2).await;
    rig.end().await;
}

#[actix::test]
async fn after_the_end_emit_says_closed() {
    let rig = Rig::start().await;
    let events = rig.events.clone();
    events.emit(Happened { n: 1 }).unwrap();
    within("the monitors end", rig.monitors.shutdown(PATIENCE / 2)).await.unwrap();
    for n in 0..2 * CREDITS {
        assert_eq!(events.emit(Happened { n }), Err(EmitError::Closed));
    }
}
