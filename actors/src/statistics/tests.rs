//! One monitor's numbers, written and read.

use actix_qmp_messages::{Sequence, SessionId};

use super::*;

const MONITOR: MonitorId = MonitorId(3);

fn session(number: u64) -> SessionKey {
    SessionKey { monitor: MONITOR, session: SessionId(number) }
}

fn statistics() -> Statistics {
    Statistics::new(MONITOR, "null".to_owned())
}

#[test]
fn a_session_is_told_while_it_lives_with_what_it_negotiated() {
    let statistics = statistics();
    assert_eq!(statistics.read().session, None);
    statistics.session_started(session(7), "unix");
    let mut told = MonitorSession { session: 7, peer: "unix".to_owned(), negotiated: false, capabilities: Vec::new() };
    assert_eq!(statistics.read().session, Some(told.clone()));
    statistics.session_negotiated(Oob::Enabled);
    (told.negotiated, told.capabilities) = (true, vec![QMPCapability::Oob]);
    assert_eq!(statistics.read().session, Some(told));
    statistics.session_ended();
    assert_eq!(statistics.read().session, None);
}

#[test]
fn holders_are_told_by_name_and_forgotten_when_they_let_go() {
    let statistics = statistics();
    statistics.set_queue(2, all_holders());
    let told = statistics.read();
    assert_eq!((told.queue_length, told.suspended_by), (2, all_holders().collect()));
    statistics.set_queue(0, [MonitorHolder::Embedder].into_iter());
    let told = statistics.read();
    assert_eq!((told.queue_length, told.suspended_by), (0, vec![MonitorHolder::Embedder]));
}

#[tokio::test(start_paused = true)]
async fn a_running_command_is_told_with_its_age_until_it_ends() {
    let statistics = statistics();
    let request = RequestKey { session: session(7), sequence: Sequence(9) };
    statistics.set_running(Some(RunningCommand { request, name: "stop", since: Instant::now() }));
    tokio::time::advance(std::time::Duration::from_micros(1500)).await;
    let told = MonitorCommand { command: "stop".to_owned(), session: 7, sequence: 9, running_us: 1500 };
    assert_eq!(statistics.read().running, Some(told));
    statistics.set_running(None);
    assert_eq!(statistics.read().running, None);
}
