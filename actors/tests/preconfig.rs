//! Before the machine is built, only commands with `allow-preconfig` run.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

#[path = "rig/rig.rs"]
mod rig;

use actix_qmp::MonitorsBuilder;
use serde_json::{Value, json};

use rig::{Rig, test_command};

test_command! {
    /// Ends the time before the machine is built.
    Build = "build", ALLOW_PRECONFIG: true
}
test_command! {
    /// May run out-of-band, but only with a machine.
    Poke = "poke", ALLOW_OOB: true
}

const REFUSED: [&str; 2] = [
    "The command 'note' is permitted only after machine initialization has completed",
    "The command 'poke' is permitted only after machine initialization has completed",
];

fn in_preconfig(builder: MonitorsBuilder) -> MonitorsBuilder {
    let ready = builder.preconfig();
    builder
        .command_fn(move |Build { .. }| {
            ready.set();
            Ok(json!({}))
        })
        .command_oob(|Poke { n }| Ok(json!(n)))
}

fn desc(reply: &Value) -> &str {
    reply["error"]["desc"].as_str().unwrap_or_default()
}

#[actix::test]
async fn until_the_machine_is_built_only_commands_that_allow_it_run_in_either_band() {
    let mut rig = Rig::start_with(in_preconfig).await;
    let mut client = rig.client().await;
    client.execute("query-version", 1).await;
    assert!(client.receive().await["return"].is_object());
    client.execute_with("note", json!({"n": 2}), 2).await;
    assert_eq!(desc(&client.receive().await), REFUSED[0]);
    client.execute_with("note", json!({"wrong": 2}), 3).await;
    assert_eq!(desc(&client.receive().await), REFUSED[0], "what it is asked comes before how");
    for mark in ["execute", "exec-oob"] {
        client.send_json(&json!({mark: "poke", "id": mark})).await;
        assert_eq!(desc(&client.receive().await), REFUSED[1]);
    }
    assert!(rig.notes.so_far().is_empty());

    client.execute("build", 4).await;
    assert!(client.receive().await["return"].is_object());
    client.execute_with("note", json!({"n": 5}), 5).await;
    assert!(client.receive().await["error"].is_null());
    client.send_json(&json!({"exec-oob": "poke", "arguments": {"n": 6}, "id": 6})).await;
    assert_eq!(client.receive().await["return"], 6);
    assert_eq!(rig.notes.so_far(), [5]);
    rig.end().await;
}

#[actix::test]
async fn a_command_sent_right_behind_the_one_that_builds_the_machine_runs() {
    let mut rig = Rig::start_with(in_preconfig).await;
    let mut client = rig.client().await;
    client.execute("build", 1).await;
    client.execute_with("note", json!({"n": 2}), 2).await;
    for id in [1, 2] {
        let reply = client.receive().await;
        assert_eq!((&reply["id"], desc(&reply)), (&json!(id), ""));
    }
    assert_eq!(rig.notes.so_far(), [2]);
    rig.end().await;
}

#[actix::test]
async fn wrong_arguments_are_told_in_the_turn_of_their_command() {
    let mut rig = Rig::start_with(in_preconfig).await;
    let mut client = rig.client().await;
    client.send(b"{'execute': 'build', 'id': 1} {'execute': 'note', 'arguments': {'z': 1}, 'id': 2}").await;
    let built = client.receive().await;
    assert_eq!((&built["id"], desc(&built)), (&json!(1), ""));
    assert_eq!(desc(&client.receive().await), "Parameter 'z' is unexpected");
    assert!(rig.notes.so_far().is_empty());
    rig.end().await;
}

#[actix::test]
async fn a_monitor_that_was_never_put_into_preconfig_runs_everything() {
    let mut rig = Rig::start_with(|builder| builder.command_fn(|Build { .. }| Ok(json!({})))).await;
    let mut client = rig.client().await;
    client.execute_with("note", json!({"n": 1}), 1).await;
    assert!(client.receive().await["error"].is_null());
    rig.end().await;
}
