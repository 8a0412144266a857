//! Whose output it is: sessions that end, are finished, and begin; monitors that come and go.

use super::*;

#[actix::test]
async fn reply_to_an_ended_session_is_thrown_away_and_still_counts_as_answered() {
    let mut bench = Bench::negotiated().await;
    bench.end(session(0, 1)).await;
    bench.greet(session(0, 2)).await;
    bench.told_frontend(0).await;
    bench.command_finished(session(0, 1), 1, Outcome::Return(Box::new("a secret of the first")));
    let (first, error) = (session(0, 1), QmpError::generic("late"));
    bench.responder.send(QueueToResponder::RequestFailed { session: first, id: None, error }).await.unwrap();
    bench.responder.send(QueueToResponder::CommandDropped { session: first, id: id("1") }).await.unwrap();
    bench.negotiate(first).await;
    bench.finish(first).await;
    bench.end(first).await;
    assert_eq!(bench.told_frontend(0).await, []);
    let request = RequestKey { session: first, sequence: Sequence(1) };
    assert_eq!(bench.told_queue(0).await, [ResponderToQueue::RequestsAnswered { session: request.session, count: 1 }]);

    bench.emit("STOP", None);
    assert_eq!(bench.told_frontend(0).await, [], "the negotiation of session 1 is not session 2's");
    bench.negotiate(session(0, 2)).await;
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(2, NEGOTIATED.to_owned())]);
}

#[actix::test]
async fn output_that_was_collected_for_an_ended_session_is_thrown_away() {
    let mut bench = Bench::negotiated().await;
    bench.answer(session(0, 1), "a secret of the first");
    bench.responder.try_send(ParserToResponder::SessionEnded { session: session(0, 1) }).unwrap();
    let (session, peer) = (session(0, 2), "test".to_owned());
    bench.responder.try_send(ParserToResponder::SessionStarted { session, peer }).unwrap();
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(2, GREETING.to_owned())]);
}

#[actix::test]
async fn finished_session_is_closed_behind_its_last_answer_and_takes_nothing_more() {
    let mut bench = Bench::negotiated().await;
    bench.answer(session(0, 1), 1);
    bench.finish(session(0, 1)).await;
    bench.answer(session(0, 1), 2);
    bench.emit("STOP", None);
    bench.finish(session(0, 1)).await;
    let last = ToFrontend::Write(1, "{\"return\": 1}\r\n".to_owned());
    assert_eq!(bench.told_frontend(0).await, [last, ToFrontend::Finish(1)]);
}

#[actix::test]
async fn finish_waits_for_output_that_has_no_room_yet() {
    let mut bench = Bench::negotiated().await;
    let mut sent = 0;
    // Negotiation has used one or two of the window.
    loop {
        bench.answer(session(0, 1), 1);
        match bench.told_frontend(0).await.len() {
            0 => break,
            more => sent += more,
        }
    }
    assert!(sent < WRITE_WINDOW);
    bench.finish(session(0, 1)).await;
    assert_eq!(bench.told_frontend(0).await, []);
    bench.written(session(0, 1), 1, 1).await;
    let last = ToFrontend::Write(1, "{\"return\": 1}\r\n".to_owned());
    assert_eq!(bench.told_frontend(0).await, [last, ToFrontend::Finish(1)]);
}

#[actix::test]
async fn session_can_be_finished_before_it_has_negotiated() {
    let mut bench = Bench::start().await;
    bench.greet(session(0, 1)).await;
    bench.finish(session(0, 1)).await;
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(1, GREETING.to_owned()), ToFrontend::Finish(1)]);
}

#[actix::test]
async fn finished_monitor_finishes_the_session_behind_what_was_answered_and_emitted() {
    let mut bench = Bench::negotiated().await;
    bench.emit("SHUTDOWN", None);
    bench.command_finished(session(0, 1), 1, Outcome::Return(Box::new(json!({}))));
    bench.responder.try_send(FinishMonitor { monitor: MonitorId(0) }).unwrap();
    let last = format!("{}{{\"return\": {{}}, \"id\": 1}}\r\n", event_text("SHUTDOWN", ""));
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(1, last), ToFrontend::Finish(1)]);
}

#[actix::test]
async fn finished_monitor_finishes_a_session_that_starts_later() {
    let mut bench = Bench::start().await;
    bench.responder.send(FinishMonitor { monitor: MonitorId(0) }).await.unwrap();
    assert_eq!(bench.told_frontend(0).await, []);
    bench.greet(session(0, 1)).await;
    let output = bench.told_frontend(0).await;
    assert_eq!(output.last(), Some(&ToFrontend::Finish(1)));
    bench.end(session(0, 1)).await;
    bench.greet(session(0, 2)).await;
    assert_eq!(bench.told_frontend(0).await.last(), Some(&ToFrontend::Finish(2)), "and every one after that");
}

#[actix::test]
async fn finishing_one_monitor_leaves_the_others_alone() {
    let mut bench = Bench::negotiated_with(vec![Peers::default(), Peers::default()], Vec::new()).await;
    bench.responder.send(FinishMonitor { monitor: MonitorId(0) }).await.unwrap();
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Finish(1)]);
    bench.answer(session(1, 1), 1);
    assert_eq!(bench.told_frontend(1).await, [ToFrontend::Write(1, "{\"return\": 1}\r\n".to_owned())]);
}

#[actix::test]
async fn closed_monitor_is_forgotten() {
    let mut bench = Bench::negotiated().await;
    bench.responder.send(ParserToResponder::MonitorClosed { monitor: MonitorId(0) }).await.unwrap();
    bench.command_finished(session(0, 1), 1, Outcome::Silent);
    bench.answer(session(0, 1), 1);
    bench.emit("STOP", None);
    bench.responder.send(FinishMonitor { monitor: MonitorId(0) }).await.unwrap();
    bench.written(session(0, 1), 1, 1).await;
    assert_eq!(bench.told_frontend(0).await, []);
    assert_eq!(bench.told_queue(0).await, []);
}

#[actix::test]
async fn same_session_number_on_another_monitor_is_another_session() {
    let mut bench = Bench::negotiated_with(vec![Peers::default(), Peers::default()], Vec::new()).await;
    bench.end(session(0, 1)).await;
    bench.answer(session(0, 1), "for monitor 0");
    bench.answer(session(1, 1), "for monitor 1");
    assert_eq!(bench.output(0).await, "");
    assert_eq!(bench.output(1).await, "{\"return\": \"for monitor 1\"}\r\n");
}
