//! Monitors that are added while something else goes on: the one who asked gives up, the end is asked for, a thread stands still.

#[path = "rig/rig.rs"]
mod rig;

use std::path::Path;

use actix_qmp::test_support::Client;
use actix_qmp::{AddError, HOLDS, MonitorOptions, Monitors, Placement, VersionInfo};
use rig::{Chance, Happened, PATIENCE, Rig, answer, gate, send_hold, send_note, test_command, until, within};
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

test_command! {
    /// Stops the I/O thread until the test opens the gate.
    Stall = "stall", ALLOW_OOB: true
}

fn on_socket(path: &Path) -> MonitorOptions {
    format!("unix:{},server=on,wait=off", path.display()).parse().expect("options of a socket")
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
    let list = rig.monitors.list();
    tokio::select! {
        () = until("it is listed", || list.read().len() > there) => {}
        _ = rig.monitors.add(on_socket(&path)) => panic!("its thread stands still"),
    }
    gate.open();
    assert_eq!(client.receive().await["id"], 1);
    until("the socket is gone", || !path.exists()).await;
    until("it is not listed any more", || list.read().len() == there).await;
    rig.monitors.add(on_socket(&path)).await.expect("the path is free");
    let mut client = Client::over(UnixStream::connect(&path).await.unwrap());
    client.negotiate(&[]).await;
    send_note(&mut client, 2).await;
    assert_eq!(client.receive().await, answer(2));
    drop(client);
    rig.end().await;
}

#[actix::test]
async fn a_monitor_that_is_being_opened_when_the_end_is_asked_for_is_refused() {
    let mut refused = 0;
    for _ in 0..20 {
        let mut rig = Rig::start().await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("qmp.sock");
        let trigger = rig.monitors.shutdown_trigger();
        // The first look at the trigger comes before it is pulled; now and then the socket is open by then, too.
        let (added, ()) = tokio::join!(biased; rig.monitors.add(on_socket(&path)), async { trigger.trigger() });
        match added {
            Ok(_monitor) => {}
            Err(AddError::ShuttingDown) => refused += 1,
            Err(other) => panic!("{other}"),
        }
        rig.end().await;
        assert!(!path.exists(), "the socket is left behind");
    }
    assert!(refused > 0, "none was refused");
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
    let (mut added, mut refused, mut given_up) = (0, 0, 0);
    for n in 0..100 {
        let mut rig = Rig::start().await;
        let path = directory.path().join(format!("{n}.sock"));
        // Now and then at once, and now and then never.
        let patience = if n % 10 == 1 { u64::MAX } else { chance.below(100) };
        let events = rig.events.clone();
        let trigger = rig.monitors.shutdown_trigger();
        let mut pull = chance.fork();
        let pulled = tokio::task::spawn_local(async move {
            // Refused when the end has come.
            let _ = events.emit(Happened { n });
            if n % 2 == 0 {
                pull.dawdle().await;
                trigger.trigger();
            }
        });
        if n % 10 == 2 {
            until("the end is asked for", || rig.monitors.shutdown_trigger().is_triggered()).await;
        }
        tokio::select! {
            biased;
            () = yields(patience) => given_up += 1,
            outcome = rig.monitors.add(on_socket(&path)) => match outcome {
                Ok(_monitor) => added += 1,
                Err(AddError::ShuttingDown) => refused += 1,
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
        until("the socket is gone", || !path.exists()).await;
        within("the end is asked for", pulled).await.unwrap();
    }
    assert!(
        added > 0 && refused > 0 && given_up > 0,
        "{added} came to be, {refused} were refused, {given_up} given up"
    );
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
    assert_eq!(taken, HOLDS, "each counts until its release has been seen");
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
    until("guards can be had again", || monitor.suspend().is_ok()).await;
    rig.end().await;
}

#[actix::test]
async fn a_monitor_whose_queue_has_not_had_a_turn_takes_all_guards() {
    let (handler, mut gate) = gate();
    let mut rig = Rig::start_with(|builder| builder.command_oob(move |Stall { n }| handler(n))).await;
    let mut client = rig.client().await;
    client.execute_oob("stall", 1).await;
    gate.entered().await;
    // Its frontend is on this thread, and its queue on the one that stands still.
    let (monitor, connector) = rig.add_with(|options| options.placement = Placement::MainArbiter).await;
    let guards: Vec<_> = (0..HOLDS).map(|_| monitor.suspend().expect("there is room")).collect();
    drop(guards);
    gate.open();
    assert_eq!(client.receive().await["id"], 1);
    let mut client = Client::negotiated(&connector, &[]).await;
    send_note(&mut client, 2).await;
    assert_eq!(client.receive().await, answer(2));
    rig.end().await;
}

#[actix::test]
async fn as_many_guards_as_there_may_be_hold_and_one_more_is_refused_in_words() {
    let mut rig = Rig::start().await;
    let (monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    let mut guards: Vec<_> = (0..HOLDS).map(|_| monitor.suspend().expect("there is room")).collect();
    let refused = monitor.suspend().err().expect("refused").to_string();
    assert!(refused.starts_with(&format!("{HOLDS} guards hold the monitor's input")), "{refused}");
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
