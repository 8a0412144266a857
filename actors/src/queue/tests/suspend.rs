//! Who holds the parser, and until when.

use super::*;

#[actix::test]
async fn without_oob_the_parser_goes_on_only_when_the_answer_is_out() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    bench.hand_in(key(1, 1)).await;
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1"]);
    bench.taken(key(1, 1)).await;
    assert_eq!(bench.told_parser().await, [""; 0], "running is not answered");
    bench.answered(key(1, 1)).await;
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
}

#[actix::test]
async fn without_oob_a_thousand_commands_are_never_dropped() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    for sequence in 1..=1000 {
        bench.hand_in(key(1, sequence)).await;
        bench.taken(key(1, sequence)).await;
        bench.answered(key(1, sequence)).await;
        assert_eq!(bench.told_parser().await, [format!("resume 1 judged {sequence}")]);
    }
    assert_eq!(bench.told_responder().await, [""; 0]);
}

#[actix::test]
async fn without_oob_a_malformed_request_is_answered_and_the_parser_goes_on() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    bench.hand_in_malformed(key(1, 1)).await;
    assert_eq!(bench.told_responder().await, ["failed 1 id 1: malformed"]);
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
}

#[actix::test]
async fn suspend_rule_holds_the_parser_at_eight_and_lets_go_when_one_is_taken() {
    let mut bench = Bench::negotiated(QueueFull::Suspend, Oob::Enabled).await;
    for sequence in 1..=7 {
        bench.hand_in(key(1, sequence)).await;
    }
    assert_eq!(bench.told_parser().await.last().unwrap(), "resume 1 judged 7");
    bench.hand_in(key(1, 8)).await;
    assert_eq!(bench.told_parser().await, [""; 0], "the next one would find no room");
    bench.taken(key(1, 1)).await;
    assert_eq!(bench.told_parser().await, ["resume 1 judged 8"]);
    assert_eq!(bench.told_responder().await, [""; 0], "nothing is ever dropped");
}

#[actix::test]
async fn embedder_holds_the_parser_until_the_last_guard_is_dropped() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hold(1).await;
    bench.hold(2).await;
    assert_eq!(bench.told_parser().await, ["suspend 1"], "told once");
    bench.release(1).await;
    bench.release(1).await;
    assert_eq!(bench.told_parser().await, [""; 0], "a guard counts once");
    bench.release(2).await;
    assert_eq!(bench.told_parser().await, ["resume 1 judged 0"]);
}

#[actix::test]
async fn hold_that_meets_a_request_keeps_the_parser_where_it_is() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.hold(1).await;
    bench.hand_in(key(1, 1)).await;
    assert_eq!(bench.told_parser().await, ["suspend 1"]);
    assert_eq!(bench.told_dispatcher().await, ["ready 1.1"], "what was sent before is still executed");
    bench.release(1).await;
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
}

#[actix::test]
async fn hold_and_release_within_one_turn_say_nothing() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.queue.try_send(EmbedderToQueue::HoldInput { hold: HoldId(1) }).unwrap();
    bench.queue.try_send(EmbedderToQueue::ReleaseInput { hold: HoldId(1), credit: Arc::new(()) }).unwrap();
    assert_eq!(bench.told_parser().await, [""; 0]);
}

#[actix::test]
async fn output_that_backs_up_holds_the_parser_until_it_has_drained() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Enabled).await;
    bench.queue.send(ResponderToQueue::OutputBacklogged { session: session(1) }).await.unwrap();
    assert_eq!(bench.told_parser().await, ["suspend 1"]);
    bench.queue.send(ResponderToQueue::OutputDrained { session: session(1) }).await.unwrap();
    assert_eq!(bench.told_parser().await, ["resume 1 judged 0"]);
}

#[actix::test]
async fn all_holders_must_have_let_go() {
    let mut bench = Bench::negotiated(QueueFull::Drop, Oob::Disabled).await;
    bench.hand_in(key(1, 1)).await;
    bench.hold(1).await;
    bench.queue.send(ResponderToQueue::OutputBacklogged { session: session(1) }).await.unwrap();
    bench.taken(key(1, 1)).await;
    bench.answered(key(1, 1)).await;
    bench.release(1).await;
    assert_eq!(bench.told_parser().await, [""; 0]);
    bench.queue.send(ResponderToQueue::OutputDrained { session: session(1) }).await.unwrap();
    assert_eq!(bench.told_parser().await, ["resume 1 judged 1"]);
}

#[actix::test]
async fn hold_taken_before_there_is_a_client_holds_the_first_session() {
    let mut bench = Bench::start(QueueFull::Drop);
    bench.hold(1).await;
    assert_eq!(bench.told_parser().await, [""; 0]);
    bench.open(1, Oob::Enabled).await;
    assert_eq!(bench.told_parser().await, [""; 0], "a session begins closed");
    bench.release(1).await;
    assert_eq!(bench.told_parser().await, ["resume 1 judged 0"]);
}
