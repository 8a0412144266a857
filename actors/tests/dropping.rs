//! Values of the embedder's that panic when they are dropped, which our actors do: nobody else notices.

#[path = "rig/rig.rs"]
mod rig;

use actix_qmp::test_support::Client;
use actix_qmp::{Arguments, Command, Event, InBand, QmpError, ThrottleRule};
use rig::{Happened, Rig, answer, send_hold, send_note, within};
use serde::Serialize;
use serde_json::json;

/// Panics when it is dropped.
#[derive(Debug, Default, Serialize)]
struct Bomb {
    n: i64,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("bomb {}", self.n);
        }
    }
}

/// Returns such a value.
struct Returns;

impl actix::Message for Returns {
    type Result = Result<Bomb, QmpError>;
}

impl Command for Returns {
    const NAME: &'static str = "returns";
    const ALLOW_OOB: bool = true;
    type Return = Bomb;

    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError> {
        arguments.finish().map(|()| Self)
    }
}

/// Its arguments are such a value.
struct Takes(Bomb);

impl actix::Message for Takes {
    type Result = Result<i64, QmpError>;
}

impl Command for Takes {
    const NAME: &'static str = "takes";
    type Return = i64;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let n: Option<i64> = arguments.optional("n")?;
        arguments.finish().map(|()| Self(Bomb { n: n.unwrap_or_default() }))
    }
}

#[derive(Serialize)]
struct Exploded(Bomb);

impl Event for Exploded {
    const NAME: &'static str = "EXPLODED";
}

async fn rig() -> Rig {
    Rig::start_with(|builder| {
        builder
            .throttle(ThrottleRule::per_second("EXPLODED"))
            .command_oob(|_: Returns| Ok(Bomb { n: 7 }))
            .command_fn(|Takes(bomb)| Ok(bomb.n))
    })
    .await
}

/// A closure that calls this owns the whole value.
fn number_of(bomb: &Bomb) -> i64 {
    bomb.n
}

async fn is_well(client: &mut Client, n: i64) {
    send_note(client, n).await;
    assert_eq!(client.receive().await, answer(n));
}

#[actix::test]
async fn a_returned_value_that_panics_when_dropped_is_answered_in_both_bands() {
    let mut rig = rig().await;
    let mut client = rig.client().await;
    client.execute("returns", 1).await;
    assert_eq!(client.receive().await, json!({"return": {"n": 7}, "id": 1}));
    client.execute_oob("returns", 2).await;
    assert_eq!(client.receive().await, json!({"return": {"n": 7}, "id": 2}));
    is_well(&mut client, 3).await;
    rig.end().await;
}

#[actix::test]
async fn handlers_that_panic_when_dropped_lose_no_answer_at_the_end() {
    let (first, second, third) = (Bomb { n: 1 }, Bomb { n: 2 }, Bomb { n: 3 });
    let mut rig = Rig::start_with(|builder| {
        let trigger = builder.shutdown_trigger();
        builder
            .command_fn(move |_: Takes| {
                trigger.trigger();
                Ok(number_of(&first))
            })
            .command_oob_and(InBand::closure(move |_: Returns| Ok(Bomb { n: number_of(&second) })), move |_| {
                Ok(Bomb { n: number_of(&third) })
            })
    })
    .await;
    let mut client = rig.client().await;
    client.execute_oob("returns", 1).await;
    assert_eq!(client.receive().await["return"]["n"], 3);
    client.execute("takes", 2).await;
    within("the end is asked for", rig.monitors.shutdown_trigger().triggered()).await;
    rig.end().await;
    assert_eq!(client.receive().await["error"]["desc"], "Internal error: the handler of command 'takes' panicked");
    assert_eq!(client.try_receive().await, None);
}

#[actix::test]
async fn what_a_panic_carries_may_panic_when_dropped() {
    let mut rig = Rig::start_with(|builder| {
        builder
            .command_fn(|_: Takes| std::panic::panic_any(Bomb { n: 1 }))
            .command_oob(|_: Returns| std::panic::panic_any(Bomb { n: 2 }))
    })
    .await;
    let mut client = rig.client().await;
    for n in 0..3 {
        client.execute("takes", n).await;
        assert!(client.receive().await.get("error").is_some());
        client.execute_oob("returns", n).await;
        assert!(client.receive().await.get("error").is_some());
        is_well(&mut client, n).await;
    }
    rig.end().await;
}

#[actix::test]
async fn event_data_that_panics_when_dropped_harms_no_event_behind_it() {
    let mut rig = rig().await;
    let mut client = rig.client().await;
    // The first goes out, the second is kept, the third takes its place.
    for n in 0..3 {
        rig.events.emit(Exploded(Bomb { n })).unwrap();
    }
    rig.events.emit(Happened { n: 3 }).unwrap();
    assert_eq!(client.receive().await["data"], json!({"n": 0}));
    assert_eq!(client.receive().await["data"], json!({"n": 3}));
    is_well(&mut client, 4).await;
    assert_eq!(client.receive().await["data"], json!({"n": 2}), "the last one comes when the period is over");
    is_well(&mut client, 5).await;
    rig.end().await;
}

#[actix::test]
async fn arguments_that_panic_when_dropped_harm_neither_queue_nor_dispatcher() {
    let mut rig = rig().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    client.execute_with("takes", json!({"n": 5}), 1).await;
    let reply = client.receive().await;
    assert!(reply["error"]["desc"].as_str().is_some_and(|desc| desc.ends_with("'takes' panicked")), "{reply}");
    // Behind one that runs: eight wait, in dispatcher and queue, and the tenth is dropped.
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=9 {
        client.execute_with("takes", json!({"n": n}), n).await;
    }
    let dropped = client.receive().await;
    assert_eq!(dropped["event"], "COMMAND_DROPPED", "{dropped}");
    // The others are discarded.
    drop(client);
    let mut next = Client::negotiated(&connector, &["oob"]).await;
    rig.settle().await;
    rig.holds.release(0);
    is_well(&mut next, 10).await;
    rig.end().await;
}
