//! Monitors that are added while something else goes on: the one who asked gives up, the end is asked for, a thread stands still.

#[path = "rig/rig.rs"]
mod rig;

use std::path::Path;
use std::time::Duration;

use actix_qmp::test_support::Client;
use actix_qmp::{AddError, MonitorOptions, Monitors, VersionInfo};
use rig::{Chance, Happened, PATIENCE, Rig, answer, gate, send_hold, send_note, test_command, within};
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// Until one gives up.
const SHORT: Duration = Duration::from_millis(50);

test_command! {
    /// Stops the I/O thread until the test opens the gate.
    Stall = "stall", ALLOW_OOB: true
}

fn on_socket(path: &Path) -> MonitorOptions {
    format!("unix:{},server=on,wait=off", path.display()).parse().expect("options of a socket")
}

/// Waits until nobody listens there any more.
async fn nobody_listens(path: &Path) {
    let gone = async {
        while path.exists() || UnixStream::connect(path).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    within("the socket is gone", gone).await;
}

#[actix::test]
async fn whoever_no_longer_waits_for_a_monitor_has_none_and_its_socket_is_free() {
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_oob(move |Stall { n }| handler(n))).await;
    let mut client = rig.client().await;
    let there = rig.monitors.list().read().len();
    client.execute_oob("stall", 1).await;
    gate.entered().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let added = tokio::time::timeout(SHORT, rig.monitors.add(on_socket(&path))).await;
    assert!(added.is_err(), "its thread stands still");
    gate.open();
    assert_eq!(client.receive().await["id"], 1);
    nobody_listens(&path).await;
    let forgotten = async {
        while rig.monitors.list().read().len() > there {
            tokio::task::yield_now().await;
        }
    };
    within("it is not listed any more", forgotten).await;
    rig.monitors.add(on_socket(&path)).await.expect("the path is free");
    let mut client = Client::over(UnixStream::connect(&path).await.unwrap());
    client.negotiate(&[]).await;
    send_note(&mut client, 2).await;
    assert_eq!(client.receive().await, answer(2));
    drop(client);
    rig.end().await;
}

async fn yields(times: u64) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

#[actix::test]
async fn monitors_that_are_being_added_when_the_end_is_asked_for_end_with_the_others() {
    let mut chance = Chance::new();
    let directory = tempfile::tempdir().unwrap();
    let mut added = 0;
    for n in 0..100 {
        let mut rig = Rig::start().await;
        let path = directory.path().join(format!("{n}.sock"));
        let (given_up, events) = (chance.below(100), rig.events.clone());
        let trigger = rig.monitors.shutdown_trigger();
        let mut pull = chance.fork();
        let pulled = tokio::task::spawn_local(async move {
            pull.dawdle().await;
            // Refused when the end has come.
            let _ = events.emit(Happened { n });
            if n % 2 == 0 {
                trigger.trigger();
            }
        });
        tokio::select! {
            biased;
            () = yields(given_up) => {}
            outcome = rig.monitors.add(on_socket(&path)) => match outcome {
                Ok(_monitor) => added += 1,
                Err(AddError::ShuttingDown) => {}
                Err(other) => panic!("{other}"),
            },
        }
        let visitor = UnixStream::connect(&path).await.ok();
        within("the monitors end", rig.monitors.shutdown(PATIENCE / 2)).await.expect("in good order");
        if let Some(mut visitor) = visitor {
            let mut rest = String::new();
            // A reset where it was never accepted.
            let _ = within("a visitor sees the end", visitor.read_to_string(&mut rest)).await;
            assert!(rest.lines().count() <= 1, "more than a greeting: {rest}");
        }
        nobody_listens(&path).await;
        within("the end is asked for", pulled).await.unwrap();
    }
    assert!(added > 0, "none came to be");
}

#[actix::test]
async fn guards_of_a_monitor_whose_thread_stands_still_hold_up_no_monitor_of_another_thread() {
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.io_arbiters(2).command_oob(move |Stall { n }| handler(n))).await;
    // The neighbour is on the first thread, and threads take turns.
    let (monitor, connector) = rig.add().await;
    let mut stalled = Client::negotiated(&connector, &["oob"]).await;
    let mut healthy = rig.client().await;
    send_hold(&mut stalled, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=8 {
        send_note(&mut stalled, n).await;
    }
    stalled.execute_oob("stall", 9).await;
    gate.entered().await;
    let mut taken = 0;
    while let Ok(guard) = monitor.suspend() {
        drop(guard);
        taken += 1;
    }
    assert_eq!(taken, 64, "each counts until its release has been seen");
    rig.holds.release(0);
    send_note(&mut healthy, 10).await;
    assert_eq!(healthy.receive().await, answer(10));
    gate.open();
    let mut answered = Vec::new();
    for _ in 0..=9 {
        answered.extend(stalled.receive().await["id"].as_i64());
    }
    answered.retain(|&n| n < 9);
    assert!(answered.into_iter().eq(0..9));
    within("guards can be had again", async {
        while monitor.suspend().is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    rig.end().await;
}

#[actix::test]
async fn as_many_guards_as_there_may_be_hold_and_one_more_is_refused_in_words() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    let mut guards: Vec<_> = (0..64).map(|_| monitor.suspend().expect("there is room")).collect();
    let refused = monitor.suspend().err().expect("refused").to_string();
    assert!(refused.starts_with("64 guards hold the monitor's input"), "{refused}");
    rig.settle().await;
    send_note(&mut client, 1).await;
    while let Some(guard) = guards.pop() {
        rig.settle_briefly().await;
        assert!(rig.notes.so_far().is_empty(), "the input is not held by {} guards", guards.len() + 1);
        drop(guard);
    }
    assert_eq!(client.receive().await, answer(1));
    rig.end().await;
}

#[actix::test]
async fn a_burst_of_events_right_after_the_start_finds_room() {
    for _ in 0..20 {
        let builder = Monitors::builder(VersionInfo::new("test")).io_arbiters(2);
        let events = builder.events();
        let monitors = within("the monitors start", builder.start()).await.unwrap();
        for n in 0..200 {
            events.emit(Happened { n }).expect("there is room for more");
        }
        within("the monitors end", monitors.shutdown(PATIENCE / 2)).await.unwrap();
    }
}
