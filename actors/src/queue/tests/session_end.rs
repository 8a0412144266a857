//! Half-close, the end of a session, the next one, and the end of the monitor.

use super::*;

#[actix::test]
async fn half_closed_session_is_finished_when_the_last_answer_is_out() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.hand_in_malformed(key(1, 2)).await;
    bench.end_input(1).await;
    bench.taken(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, [""; 0]);
    bench.answered(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, ["failed 1 id 2: malformed", "finished 1"]);
}

#[actix::test]
async fn half_closed_session_without_a_request_is_finished_at_once_and_once_only() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.end_input(1).await;
    bench.hold(1).await;
    assert_eq!(bench.told_responder().await, ["finished 1"]);
}

#[actix::test]
async fn end_of_another_sessions_input_finishes_nothing() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.end_input(7).await;
    assert_eq!(bench.told_responder().await, [""; 0]);
}

#[actix::test]
async fn dispatcher_is_told_of_an_end_only_when_something_may_lie_there() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.taken(key(1, 1)).await;
    bench.end_session(1).await;
    bench.open(2, Oob::Enabled).await;
    bench.end_session(2).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1"], "a running command is not discarded");

    bench.open(3, Oob::Enabled).await;
    bench.hand_in(key(3, 1)).await;
    bench.end_session(3).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 3.1", "discard 3"]);
}

#[actix::test]
async fn what_waits_is_dropped_with_its_session() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.hand_in_malformed(key(1, 2)).await;
    bench.hand_in(key(1, 3)).await;
    bench.end_session(1).await;
    bench.taken(key(1, 1)).await;
    bench.answered(key(1, 1)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1", "discard 1"]);
    assert_eq!(bench.told_responder().await, [""; 0]);
}

#[actix::test]
async fn next_session_starts_afresh_after_one_that_ended_with_everything_held() {
    let mut bench = Bench::negotiated(QueueFull::Suspend, Oob::Enabled).await;
    for sequence in 1..=8 {
        bench.hand_in(key(1, sequence)).await;
    }
    bench.hold(1).await;
    bench.queue.send(ResponderToQueue::OutputBacklogged { session: session(1) }).await.unwrap();
    bench.end_session(1).await;
    bench.open(2, Oob::Enabled).await;
    bench.forget_what_was_said().await;

    bench.hand_in_malformed(key(2, 1)).await;
    assert_eq!(bench.told_parser().await, ["resume 2 judged 1"]);
    assert_eq!(bench.told_responder().await, ["failed 2 id 1: malformed"]);
}

#[actix::test]
async fn holders_from_an_earlier_session_do_not_touch_the_present_one() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    bench.hold(1).await;
    bench.hand_in(key(1, 1)).await;
    bench.end_session(1).await;
    bench.open(2, Oob::Disabled).await;
    bench.hold(2).await;
    bench.forget_what_was_said().await;

    bench.release(1).await;
    bench.taken(key(1, 1)).await;
    bench.answered(key(1, 1)).await;
    bench.queue.send(ResponderToQueue::OutputDrained { session: session(1) }).await.unwrap();
    bench.queue.send(ResponderToQueue::OutputBacklogged { session: session(1) }).await.unwrap();
    assert_eq!(bench.told_parser().await, [""; 0]);
    bench.release(2).await;
    assert_eq!(bench.told_parser().await, ["resume 2 judged 0"]);
}

#[actix::test]
async fn answer_to_an_earlier_session_does_not_resume_the_present_one() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.end_session(1).await;
    bench.open(2, Oob::Disabled).await;
    bench.hand_in(key(2, 1)).await;
    bench.forget_what_was_said().await;

    bench.taken(key(1, 1)).await;
    bench.answered(key(1, 1)).await;
    assert_eq!(bench.told_parser().await, [""; 0]);
    bench.taken(key(2, 1)).await;
    bench.answered(key(2, 1)).await;
    assert_eq!(bench.told_parser().await, ["resume 2 judged 1"]);
}

#[actix::test]
async fn capabilities_end_with_their_session() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.end_session(1).await;
    bench.queue.send(ParserToQueue::SessionStarted { session: session(2) }).await.unwrap();
    bench.queue.send(ParserToQueue::CapabilitiesNegotiated { session: session(1), oob: Oob::Enabled }).await.unwrap();
    bench.forget_what_was_said().await;
    bench.hand_in(key(2, 1)).await;
    assert_eq!(bench.told_parser().await, [""; 0], "one command at a time");
}

#[actix::test]
async fn dispatcher_never_has_more_than_eight_of_a_monitor_over_all_its_sessions() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    for sequence in 1..=8 {
        bench.hand_in(key(1, sequence)).await;
    }
    bench.end_session(1).await;
    bench.open(2, Oob::Enabled).await;
    bench.forget_what_was_said().await;

    for sequence in 1..=8 {
        bench.hand_in(key(2, sequence)).await;
    }
    assert_eq!(bench.told_dispatcher().await, [""; 0], "eight of session 1 lie there");
    assert_eq!(bench.told_responder().await, [""; 0], "but session 2 has its own eight places");
    bench.hand_in(key(2, 9)).await;
    assert_eq!(bench.told_responder().await, ["dropped 2 id 9"]);
    for sequence in 1..=3 {
        bench.taken(key(1, sequence)).await;
    }
    assert_eq!(bench.told_dispatcher().await, ["ready 2.1", "ready 2.2", "ready 2.3"]);
}

#[actix::test]
async fn client_that_comes_and_goes_leaves_nothing_behind() {
    let mut bench = Bench::start(QueueFull::Suspend);
    for number in 1..=1000 {
        bench.open(number, Oob::Enabled).await;
        for sequence in 1..=8 {
            bench.hand_in(key(number, sequence)).await;
        }
        bench.end_session(number).await;
        for sequence in 1..=8 {
            bench.taken(key(number, sequence)).await;
        }
        bench.forget_what_was_said().await;
    }
    bench.open(1001, Oob::Enabled).await;
    bench.hand_in(key(1001, 1)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1001.1"]);
    assert_eq!(bench.told_parser().await, ["resume 1001 judged 0", "resume 1001 judged 1"]);
}

#[actix::test]
async fn closed_monitor_tells_the_dispatcher_and_ends() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.queue.send(ParserToQueue::MonitorClosed).await.unwrap();
    assert_eq!(bench.told_dispatcher().await, ["monitor 3 closed"]);
    assert!(!bench.queue.connected());
}

#[actix::test]
async fn closed_monitor_ends_only_when_the_dispatcher_has_been_told() {
    let mut bench = Bench::start_with(QueueFull::Drop, Probe::start(), Probe::stalled(1), Probe::start());
    bench.open(1, Oob::Enabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.queue.send(ParserToQueue::MonitorClosed).await.unwrap();
    assert!(bench.queue.connected());
    bench.dispatcher.release();
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1", "monitor 3 closed"]);
    assert!(!bench.queue.connected());
}
