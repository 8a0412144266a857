//! The end of input, of a session, and of the monitor.

use super::*;

#[actix::test]
async fn end_of_input_is_told_behind_the_last_request() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}{"execute": "plain", "id": 2}"#).await;
    bench.end_input(1).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, ["1.2 id 2: plain"]);
    bench.resume(1, 2).await;
    assert_eq!(bench.told_queue().await, ["input ended 1"]);
    bench.suspend(1).await;
    bench.resume(1, 2).await;
    assert_eq!(bench.told_queue().await, [""; 0], "once");
}

#[actix::test]
async fn end_of_input_waits_while_the_input_is_held() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.suspend(1).await;
    bench.end_input(1).await;
    assert_eq!(bench.told_queue().await, [""; 0]);
    bench.resume(1, 0).await;
    assert_eq!(bench.told_queue().await, ["input ended 1"]);
}

#[actix::test]
async fn value_that_never_ends_is_one_error_before_the_end_of_input() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}{"execute": ["#).await;
    bench.end_input(1).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
    bench.resume(1, 1).await;
    let said = bench.told_queue().await;
    assert!(matches!(said.as_slice(), [error] if error.starts_with("1.2 id none: error ")), "{said:?}");
    bench.resume(1, 2).await;
    assert_eq!(bench.told_queue().await, ["input ended 1"]);
}

#[actix::test]
async fn value_that_never_ends_before_negotiation_is_refused_and_the_end_told() {
    let mut bench = Bench::opened(Options::default()).await;
    bench.input(1, r#"{"execute": "#).await;
    bench.end_input(1).await;
    let refused = bench.told_responder().await;
    assert!(matches!(refused.as_slice(), [one] if one.starts_with("refused 1 id none: GenericError")), "{refused:?}");
    assert_eq!(bench.told_queue().await, ["input ended 1"]);
}

#[actix::test]
async fn ended_session_is_told_to_queue_and_responder_and_its_input_forgotten() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}{"exec-oob": "quick", "id": 2}"#).await;
    bench.close(1).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain", "ended 1"]);
    assert_eq!(bench.told_responder().await, ["ended 1"]);
    bench.resume(1, 1).await;
    assert_eq!(bench.ran().await, [0_u64; 0]);
}

#[actix::test]
async fn messages_of_an_ended_session_do_not_touch_the_next() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}"#).await;
    bench.close(1).await;
    bench.open(2).await;
    bench.forget_what_was_said().await;
    bench.negotiate(2, Oob::Enabled).await;

    bench.input(1, r#"{"exec-oob": "quick", "id": 1}"#).await;
    bench.suspend(1).await;
    bench.end_input(1).await;
    bench.input(2, r#"{"execute": "plain", "id": 2}{"execute": "plain", "id": 3}"#).await;
    assert_eq!(bench.told_queue().await, ["2.1 id 2: plain"]);
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, [""; 0]);
    assert_eq!(bench.ran().await, [0_u64; 0]);
    bench.resume(2, 1).await;
    assert_eq!(bench.told_queue().await, ["2.2 id 3: plain"]);
}

#[actix::test]
async fn session_that_was_held_does_not_hold_the_next() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.suspend(1).await;
    bench.input(1, "{\"garbage").await;
    bench.close(1).await;
    bench.open(2).await;
    bench.forget_what_was_said().await;
    bench.negotiate(2, Oob::Disabled).await;
    bench.input(2, r#"{"execute": "plain"}"#).await;
    assert_eq!(bench.told_queue().await, ["2.1 id none: plain"]);
}

#[actix::test]
async fn closed_monitor_is_told_on_and_the_parser_ends() {
    let mut bench = Bench::start(Options::default());
    bench.parser.send(FrontendToParser::MonitorClosed).await.unwrap();
    assert_eq!(bench.told_queue().await, ["monitor closed"]);
    assert_eq!(bench.told_responder().await, ["monitor 2 closed"]);
    assert!(!bench.parser.connected());
}

#[actix::test]
async fn full_mailboxes_of_all_peers_lose_nothing_and_need_no_further_message() {
    let peers = (Probe::stalled(1), Probe::stalled(1), Probe::stalled(1));
    let mut bench = Bench::start_with(Options::default(), None, peers.0, peers.1, peers.2);
    bench.open(1).await;
    bench.input(1, r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#).await;
    for _ in 0..20 {
        bench.input(1, r#"{"exec-oob": "quick", "id": 1}"#).await;
    }
    bench.input(1, r#"{"execute": "plain", "id": 2}"#).await;
    bench.queue.release();
    bench.responder.release();
    bench.frontend.release();
    assert_eq!(bench.told_queue().await, ["started 1", "negotiated 1 Enabled", "1.21 id 2: plain"]);
    let answers = bench.told_responder().await;
    assert_eq!(answers[..2], ["started 1 by test", "negotiated 1 id none"]);
    assert_eq!(answers[2..], ["finished 1 id 1: 0"; 20]);
    let chunks: usize = bench.told_frontend().await.iter().map(|(chunks, _)| chunks).sum();
    assert!(chunks >= 16, "{chunks}");
}

#[actix::test]
async fn single_request_that_finds_the_queues_mailbox_full_gets_there_without_further_input() {
    let mut bench = Bench::start_with(Options::default(), None, Probe::start(), Probe::stalled(2), Probe::start());
    bench.open(1).await;
    bench.input(1, r#"{"execute": "qmp_capabilities"}{"execute": "plain"}"#).await;
    tokio::task::yield_now().await;
    bench.queue.release();
    assert_eq!(bench.told_queue().await, ["started 1", "negotiated 1 Disabled", "1.1 id none: plain"]);
}

#[actix::test]
async fn peers_that_are_gone_hold_nobody_up() {
    let bench = Bench::start_with(Options::default(), None, Probe::gone(), Probe::gone(), Probe::gone());
    bench.open(1).await;
    bench.input(1, r#"{"execute": "qmp_capabilities"}{"execute": "plain"}"#).await;
    bench.parser.send(FrontendToParser::MonitorClosed).await.unwrap();
    tokio::task::yield_now().await;
    assert!(!bench.parser.connected());
}
