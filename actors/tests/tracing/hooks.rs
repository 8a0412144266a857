//! A subscriber that emits events of the monitors while it is told of their faults.

use actix_qmp::test_support::Client;
use actix_qmp::{EventEmitter, OutputLimits};

use crate::rig::{Happened, Rig, answer, send_note};
use crate::seen::{begin, emit_of_the_log};

/// The log's subscriber emits as long as this lives.
struct Emitting;

impl Emitting {
    fn start(events: EventEmitter) -> Self {
        emit_of_the_log(Some(events));
        Self
    }
}

impl Drop for Emitting {
    fn drop(&mut self) {
        emit_of_the_log(None);
    }
}

/// Receives until it is told what the subscriber emitted because of this.
async fn logged(client: &mut Client, name: &str) {
    loop {
        let event = client.receive().await;
        if event["event"] == "LOGGED" && event["data"]["name"] == name {
            return;
        }
    }
}

#[actix::test]
async fn an_event_emitted_while_a_fault_is_logged_reaches_a_healthy_client_and_the_end_is_in_good_order() {
    let _seen = begin().await;
    let mut rig = Rig::start().await;
    let _emitting = Emitting::start(rig.events.clone());
    let mut healthy = rig.client().await;
    for n in 0..20 {
        drop(rig.client().await);
        logged(&mut healthy, "session_closed").await;

        // Its own output is at its limit as that is logged.
        let limits = OutputLimits { suspend_above: 128, close_above: 256 };
        let _closed = rig.deaf_client(limits).await;
        for n in 0..10 {
            rig.events.emit(Happened { n }).unwrap();
        }
        logged(&mut healthy, "client_takes_no_output").await;
        logged(&mut healthy, "session_closed").await;

        let (_monitor, vanishing) = rig.deaf_client(OutputLimits::default()).await;
        rig.events.emit(Happened { n }).unwrap();
        rig.settle().await;
        drop(vanishing);
        logged(&mut healthy, "write_failed").await;
        logged(&mut healthy, "session_closed").await;
        send_note(&mut healthy, n).await;
        assert_eq!(healthy.receive().await, answer(n), "something was emitted twice");
    }
    // The sessions that are still there are closed and logged too, and so emitted of.
    rig.end().await;
    for message in healthy.rest().await {
        assert_eq!(message["event"], "LOGGED", "{message}");
    }
}
