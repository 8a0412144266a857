//! The crate `qmp`: it wants its `id` back on every reply, on that of `qmp_capabilities` too.

use actix_qmp_tests::{Failure, Outcome};
use futures_util::future::try_join_all;
use qmp::ops::{OpsClient, Profile};
use qmp::{Client, Endpoint, Error};
use serde_json::{Value, json};

async fn run(client: &Client, command: &str) -> Result<Value, Error> {
    client.execute(command, None::<()>).await
}

/// Greeting to `quit`, with events and errors on the way.
pub(super) async fn full_session(path: &str) -> Outcome {
    let client = Client::connect(Endpoint::unix(path)).await?;
    assert_eq!(client.greeting().qmp.capabilities, ["oob"]);
    let mut events = client.events();
    let version = run(&client, "query-version").await?;
    assert_eq!(version["qemu"]["major"], json!(client.greeting().qmp.version.qemu.major));
    assert_eq!(run(&client, "query-status").await?["running"], false);

    assert_eq!(run(&client, "cont").await?, json!({}));
    assert_eq!(events.recv().await?.name, "RESUME");
    assert_eq!(run(&client, "stop").await?, json!({}));
    assert_eq!(events.recv().await?.name, "STOP");

    match run(&client, "no-such").await {
        Err(Error::Qmp { class, desc, .. }) => {
            assert_eq!(class, "CommandNotFound");
            assert_eq!(desc, "The command no-such has not been found");
        }
        other => return Err(Failure::new(format!("an unknown command: {other:?}"))),
    }
    let ops = OpsClient::from_profile(client.clone(), Profile::ReadOnly);
    assert!(!ops.query_status().await?.running);
    assert!(ops.query_version().await?.qemu.major >= 5);

    assert_eq!(run(&client, "quit").await?, json!({}));
    assert_eq!(events.recv().await?.name, "SHUTDOWN");
    Ok(())
}

/// `oob` enabled, eight commands in flight, again and again.
pub(super) async fn pipelined_with_oob(path: &str) -> Outcome {
    let client = Client::builder(Endpoint::unix(path)).enable_capabilities(["oob".to_owned()]).connect().await?;
    for _ in 0..50 {
        for status in try_join_all((0..8).map(|_| run(&client, "query-status"))).await? {
            assert_eq!(status["running"], false);
        }
    }
    Ok(())
}
