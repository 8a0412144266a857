//! The crate `qapi`: typed commands, whose decoding an unknown event or error class would break.

use actix_qmp_tests::{Failure, Outcome};
use futures_util::StreamExt;
use futures_util::future::join_all;
use qapi::futures::QmpStreamTokio;
use qapi::qmp::{self, Event};
use qapi::{ErrorClass, ExecuteError};
use serde_json::json;
use tokio::sync::mpsc;

/// Greeting to `quit`, with events and an error on the way.
pub(super) async fn full_session(path: &str) -> Outcome {
    let negotiation = QmpStreamTokio::open_uds(path).await?;
    // The crate reads the name of the one capability there is as unknown, so it neither enables it nor sends ids.
    assert_eq!(serde_json::to_value(&negotiation.capabilities.QMP.capabilities)?, json!(["oob"]));
    let greeted = negotiation.capabilities.QMP.version.clone();
    assert!(greeted.qemu.major >= 5, "{greeted:?}");
    let (qmp, mut incoming) = negotiation.negotiate().await?.into_parts();
    // The stream of events also carries the answers to their callers: it has to be read all the time.
    let (seen, mut events) = mpsc::unbounded_channel();
    let reading = tokio::spawn(async move {
        while let Some(event) = incoming.next().await {
            if seen.send(event).is_err() {
                return;
            }
        }
    });

    let version = qmp.execute(qmp::query_version {}).await?;
    assert_eq!(version.qemu.major, greeted.qemu.major);
    assert_eq!(version.package, greeted.package);
    assert!(!qmp.execute(qmp::query_status {}).await?.running);

    qmp.execute(qmp::cont {}).await?;
    assert!(matches!(events.recv().await, Some(Ok(Event::RESUME { .. }))));
    assert!(qmp.execute(qmp::query_status {}).await?.running);
    qmp.execute(qmp::stop {}).await?;
    assert!(matches!(events.recv().await, Some(Ok(Event::STOP { .. }))));

    match qmp.execute(qmp::device_del { id: "no-such-device".into() }).await {
        Err(ExecuteError::Qapi(error)) => {
            assert!(matches!(error.class, ErrorClass::DeviceNotFound | ErrorClass::CommandNotFound), "{error:?}");
        }
        Err(ExecuteError::Io(error)) => return Err(Failure::new(error)),
        Ok(_) => return Err(Failure::new("a device that does not exist was removed")),
    }

    qmp.execute(qmp::quit {}).await?;
    assert!(matches!(events.recv().await, Some(Ok(Event::SHUTDOWN { .. }))));
    drop(qmp);
    reading.await?;
    Ok(())
}

/// Eight callers on one connection, again and again; the crate sends one request at a time, without ids.
pub(super) async fn shared_by_eight(path: &str) -> Outcome {
    let (qmp, reading) = QmpStreamTokio::open_uds(path).await?.negotiate().await?.spawn_tokio();
    for _ in 0..50 {
        for answer in join_all((0..8).map(|_| qmp.execute(qmp::query_status {}))).await {
            assert!(!answer?.running);
        }
    }
    drop(qmp);
    reading.await?;
    Ok(())
}
