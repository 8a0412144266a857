//! What becomes of a request: handed over, dropped, failed in its place.

use super::*;

#[actix::test]
async fn request_goes_to_the_dispatcher_and_the_parser_goes_on() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1"]);
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
    assert_eq!(bench.told_responder().await, [""; 0]);
}

#[actix::test]
async fn every_verdict_is_told_to_the_parser_with_its_request() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    for sequence in 1..=10 {
        bench.hand_in(key(1, sequence)).await;
        assert_eq!(bench.told_parser().await, [format!("resume 1 judged {sequence}")], "drops are verdicts, too");
    }
}

#[actix::test]
async fn ninth_waiting_request_is_dropped_and_its_owner_told() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    for sequence in 1..=9 {
        bench.hand_in(key(1, sequence)).await;
    }
    assert_eq!(bench.told_responder().await, ["dropped 1 id 9"]);
    assert_eq!(bench.told_dispatcher().await.len(), QUEUE_LENGTH);

    bench.taken(key(1, 1)).await;
    bench.hand_in(key(1, 10)).await;
    bench.hand_in(key(1, 11)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.10"], "9 is never executed");
    assert_eq!(bench.told_responder().await, ["dropped 1 id 11"]);
}

#[actix::test]
async fn request_without_an_id_that_finds_the_queue_full_is_refused_and_never_executed() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    for sequence in 1..=8 {
        bench.hand_in_without_id(key(1, sequence)).await;
    }
    assert_eq!(bench.told_responder().await, [""; 0], "as long as there is room it needs none");
    bench.hand_in_without_id(key(1, 9)).await;
    assert_eq!(bench.told_responder().await, [format!("failed 1 id none: {}", id_required())]);
    assert_eq!(bench.told_parser().await.last().unwrap(), "resume 1 judged 9");
    bench.taken(key(1, 1)).await;
    assert!(!bench.told_dispatcher().await.contains(&"ready 1.9".to_owned()));
}

#[actix::test]
async fn malformed_request_that_finds_the_queue_full_is_answered_at_once() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    for sequence in 1..=8 {
        bench.hand_in(key(1, sequence)).await;
    }
    bench.hand_in_malformed(key(1, 9)).await;
    assert_eq!(bench.told_responder().await, ["failed 1 id 9: malformed"]);
}

#[actix::test]
async fn malformed_request_is_answered_in_its_place() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.hand_in_malformed(key(1, 2)).await;
    bench.hand_in(key(1, 3)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1"], "3 would overtake 2");
    assert_eq!(bench.told_responder().await, [""; 0]);

    bench.taken(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, [""; 0], "taken is not answered");
    bench.answered(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, ["failed 1 id 2: malformed"]);
    assert_eq!(bench.told_dispatcher().await, ["ready 1.3"]);
}

#[actix::test]
async fn malformed_request_with_nothing_before_it_needs_no_dispatcher() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in_malformed(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, ["failed 1 id 1: malformed"]);
    assert_eq!(bench.told_dispatcher().await, [""; 0]);
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
}

#[actix::test]
async fn request_of_another_session_is_not_judged() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(2, 1)).await;
    assert_eq!(bench.told_dispatcher().await, [""; 0]);
    assert_eq!(bench.told_parser().await, [""; 0]);
}

#[actix::test]
async fn full_mailboxes_of_all_peers_lose_nothing_and_need_no_further_message() {
    let mut bench = Bench::start_with(QueueFull::Drop, Probe::stalled(1), Probe::stalled(1), Probe::stalled(1));
    bench.open(1, Oob::Enabled).await;
    for sequence in 1..=10 {
        bench.hand_in(key(1, sequence)).await;
    }
    bench.parser.release();
    bench.dispatcher.release();
    bench.responder.release();
    let ready: Vec<String> = (1..=8).map(|sequence| format!("ready 1.{sequence}")).collect();
    assert_eq!(bench.told_dispatcher().await, ready);
    assert_eq!(bench.told_responder().await, ["dropped 1 id 9", "dropped 1 id 10"]);
    assert_eq!(bench.told_parser().await.last().unwrap(), "resume 1 judged 10");
}

#[actix::test]
async fn peers_that_are_gone_hold_nobody_up() {
    let bench = Bench::start_with(QueueFull::Drop, Probe::gone(), Probe::gone(), Probe::gone());
    bench.open(1, Oob::Enabled).await;
    for sequence in 1..=10 {
        bench.hand_in(key(1, sequence)).await;
    }
    bench.queue.send(ParserToQueue::MonitorClosed).await.unwrap();
    tokio::task::yield_now().await;
    assert!(!bench.queue.connected());
}

#[actix::test]
async fn a_malformed_request_keeps_its_place_when_its_answer_finds_the_mailbox_full() {
    let mut bench = Bench::start_with(QueueFull::Drop, Probe::start(), Probe::start(), Probe::stalled(1));
    bench.open(1, Oob::Enabled).await;
    // Within one turn: there is room for the first answer only.
    tokio::join!(bench.hand_in_malformed(key(1, 1)), bench.hand_in_malformed(key(1, 2)), bench.hand_in(key(1, 3)),);
    tokio::task::yield_now().await;
    assert!(bench.dispatcher.try_next().is_none(), "the request behind the second answer may overtake it");
    bench.responder.release();
    assert_eq!(bench.told_responder().await, ["failed 1 id 1: malformed", "failed 1 id 2: malformed"]);
    assert_eq!(bench.told_dispatcher().await, ["ready 1.3"]);
}
