//! Every message as the bytes that a client reads.

use serde::{Serialize, Serializer};

use super::*;

#[actix::test]
async fn session_begins_with_the_greeting() {
    let mut bench = Bench::start().await;
    bench.greet(session(0, 1)).await;
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(1, GREETING.to_owned())]);
}

#[actix::test]
async fn greeting_offers_oob_only_where_the_monitor_can_do_it() {
    let mut bench = Bench::start_with(vec![Peers { oob: Oob::Disabled, ..Peers::default() }], Vec::new()).await;
    bench.greet(session(0, 1)).await;
    assert!(bench.output(0).await.contains(r#""capabilities": []"#));
}

#[actix::test]
async fn negotiation_is_answered_with_its_id() {
    let mut bench = Bench::start().await;
    bench.greet(session(0, 1)).await;
    let negotiated = ParserToResponder::CapabilitiesNegotiated { session: session(0, 1), id: id("\"n\"") };
    bench.responder.send(negotiated).await.unwrap();
    assert_eq!(bench.output(0).await, format!("{GREETING}{{\"return\": {{}}, \"id\": \"n\"}}\r\n"));
}

#[actix::test]
async fn answers_of_every_peer_are_one_line_each_with_the_id_as_it_came() {
    let mut bench = Bench::negotiated().await;
    let session = session(0, 1);
    let error = || QmpError::generic("no");
    let refused = ParserToResponder::RequestRefused { session, id: id("1.0"), error: error() };
    bench.responder.try_send(refused).unwrap();
    let finished = ParserToResponder::OobFinished { session, id: id("[1]"), outcome: Outcome::Return(Box::new("é")) };
    bench.responder.try_send(finished).unwrap();
    bench.responder.try_send(QueueToResponder::RequestFailed { session, id: None, error: error() }).unwrap();
    bench.command_finished(session, 4, Outcome::Error(error()));
    bench.command_finished(session, 5, Outcome::Return(Box::new(json!({"a": 1}))));
    let expected = concat!(
        "{\"id\": 1.0, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n",
        "{\"return\": \"\\u00E9\", \"id\": [1]}\r\n",
        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n",
        "{\"id\": 4, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n",
        "{\"return\": {\"a\": 1}, \"id\": 5}\r\n",
    );
    assert_eq!(bench.output(0).await, expected);
}

#[actix::test]
async fn dropped_command_is_an_event_to_its_owner_only() {
    let mut bench = Bench::negotiated_with(vec![Peers::default(), Peers::default()], Vec::new()).await;
    let dropped = QueueToResponder::CommandDropped { session: session(0, 1), id: id("7") };
    bench.responder.send(dropped).await.unwrap();
    let output = bench.output(0).await;
    let event: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(event["event"], "COMMAND_DROPPED");
    assert_eq!(event["data"], json!({"id": 7, "reason": "queue-full"}));
    assert!(event["timestamp"]["microseconds"].is_u64() && output.ends_with("}\r\n"));
    assert_eq!(bench.output(1).await, "");
}

#[actix::test]
async fn every_dispatched_request_is_reported_as_answered_also_a_silent_one() {
    let mut bench = Bench::negotiated().await;
    let outcomes = [Outcome::Return(Box::new(1)), Outcome::Error(QmpError::generic("no")), Outcome::Silent];
    for (sequence, outcome) in (1..).zip(outcomes) {
        bench.command_finished(session(0, 1), sequence, outcome);
        let request = RequestKey { session: session(0, 1), sequence: Sequence(sequence) };
        assert_eq!(
            bench.told_queue(0).await,
            [ResponderToQueue::RequestsAnswered { session: request.session, count: 1 }]
        );
    }
    assert_eq!(bench.told_frontend(0).await.len(), 2, "silence is no output");
}

#[actix::test]
async fn what_did_not_come_from_the_dispatcher_is_not_reported_as_answered() {
    let mut bench = Bench::negotiated().await;
    bench.answer(session(0, 1), 1);
    let failed = QueueToResponder::RequestFailed { session: session(0, 1), id: None, error: QmpError::generic("no") };
    bench.responder.send(failed).await.unwrap();
    assert_eq!(bench.told_queue(0).await, []);
}

#[actix::test]
async fn answers_that_lie_in_the_mailbox_together_go_out_in_one_write() {
    let mut bench = Bench::negotiated().await;
    for number in 0..8 {
        bench.answer(session(0, 1), number);
    }
    let all: String = (0..8).map(|number| format!("{{\"return\": {number}}}\r\n")).collect();
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(1, all)]);
}

#[actix::test]
async fn pretty_monitor_indents_everything_and_its_neighbour_does_not() {
    let pretty = Peers { style: Style::Pretty, ..Peers::default() };
    let mut bench = Bench::start_with(vec![pretty, Peers::default()], Vec::new()).await;
    for number in 0..2 {
        bench.greet(session(number, 1)).await;
        bench.negotiate(session(number, 1)).await;
    }
    bench.emit("STOP", Some(json!({"why": []})));
    let (pretty, compact) = (bench.output(0).await, bench.output(1).await);
    assert!(pretty.starts_with("{\n    \"QMP\": {\n        \"version\": {\n"), "{pretty}");
    assert!(
        pretty.contains("    \"event\": \"STOP\",\n    \"data\": {\n        \"why\": []\n    }\n}\r\n"),
        "{pretty}"
    );
    assert_eq!(compact, format!("{GREETING}{NEGOTIATED}{}", event_text("STOP", r#", "data": {"why": []}"#)));
    let values = |text: &str| {
        serde_json::Deserializer::from_str(text).into_iter::<Value>().map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(values(&pretty), values(&compact));
}

/// Data that can't be turned into text.
pub(super) enum Hostile {
    Fails,
    Panics,
}

impl Serialize for Hostile {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fails => Err(serde::ser::Error::custom("no")),
            Self::Panics => panic!("a panic that the test provokes"),
        }
    }
}

#[actix::test]
async fn return_value_that_fails_to_serialise_is_an_error_reply_and_the_next_is_whole() {
    let mut bench = Bench::negotiated().await;
    for (sequence, hostile) in [(1, Hostile::Fails), (2, Hostile::Panics)] {
        bench.command_finished(session(0, 1), sequence, Outcome::Return(Box::new(hostile)));
        let reply: Value = serde_json::from_str(&bench.output(0).await).unwrap();
        assert_eq!((&reply["id"], &reply["error"]["class"]), (&json!(sequence), &json!("GenericError")));
    }
    bench.answer(session(0, 1), 3);
    assert_eq!(bench.output(0).await, "{\"return\": 3}\r\n");
}
