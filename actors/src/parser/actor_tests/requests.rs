//! In-band requests on their way to the queue: one at a time, in order, whatever they look like.

use super::*;

const THREE: &str = r#"{"execute": "plain", "id": 1}{"execute": "plain", "id": 2} {"execute": "plain", "id": 3}"#;

#[actix::test]
async fn parser_stops_after_every_request_until_that_very_one_is_judged() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, THREE).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, ["1.2 id 2: plain"], "without new input");
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, [""; 0], "a resume that crossed request 2 is for request 1");
    bench.resume(1, 2).await;
    assert_eq!(bench.told_queue().await, ["1.3 id 3: plain"]);
    bench.resume(1, 3).await;
    assert_eq!(bench.told_queue().await, [""; 0]);
}

#[actix::test]
async fn resume_of_another_session_is_ignored() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, THREE).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
    bench.resume(7, 1).await;
    assert_eq!(bench.told_queue().await, [""; 0]);
}

#[actix::test]
async fn suspended_parser_parses_nothing_until_resumed() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.suspend(1).await;
    bench.input(1, THREE).await;
    bench.input(1, r#"{"exec-oob": "quick", "id": 4}"#).await;
    assert_eq!(bench.told_queue().await, [""; 0]);
    assert_eq!(bench.ran().await, [0_u64; 0]);
    bench.resume(1, 0).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
}

#[actix::test]
async fn suspend_that_lies_in_the_mailbox_behind_input_is_obeyed_before_the_input_is_parsed() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    let bytes = bytes::Bytes::from_static(THREE.as_bytes());
    bench.parser.try_send(FrontendToParser::BytesReceived { session: session(1), bytes }).unwrap();
    bench.parser.try_send(QueueToParser::SuspendInput { session: session(1) }).unwrap();
    assert_eq!(bench.told_queue().await, [""; 0]);
}

#[actix::test]
async fn suspend_of_another_session_is_ignored() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.suspend(7).await;
    bench.input(1, THREE).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
}

#[actix::test]
async fn request_may_come_a_byte_at_a_time() {
    let mut bench = Bench::negotiated(Oob::Disabled).await;
    let (last, first) = THREE.as_bytes().split_last().unwrap();
    for byte in first {
        bench.input(1, [*byte]).await;
    }
    assert_eq!(bench.told_queue().await, ["1.1 id 1: plain"]);
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, ["1.2 id 2: plain"]);
    bench.resume(1, 2).await;
    assert_eq!(bench.told_queue().await, [""; 0], "one byte is missing");
    bench.input(1, [*last]).await;
    assert_eq!(bench.told_queue().await, ["1.3 id 3: plain"]);
}

#[actix::test]
async fn malformed_requests_take_their_place_among_the_others() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1} [] {"execute": "nonsense", "id": 3}"#).await;
    bench.input(1, r#"{"execute": "plain", "arguments": {"text": 5}, "id": 4} {"id": 5} "#).await;
    bench.input(1, r#"{"execute": "plain", "id": 6}"#).await;
    let expected = [
        "1.1 id 1: plain",
        "1.2 id none: error QMP input must be a JSON object",
        "1.3 id 3: error The command nonsense has not been found",
        "1.4 id 4: error Invalid parameter type for 'text', expected: string",
        "1.5 id 5: error QMP input lacks member 'execute'",
        "1.6 id 6: plain",
    ];
    for (place, expected) in (1..).zip(expected) {
        assert_eq!(bench.told_queue().await, [expected]);
        bench.resume(1, place).await;
    }
    assert_eq!(bench.told_responder().await, [""; 0], "the queue answers each in its place");
}

#[actix::test]
async fn checked_arguments_reach_the_queue_as_the_commands_own_type() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{'execute': 'plain', 'arguments': {'text': 'hé'}, 'id': 1}"#).await;
    let messages = bench.queue.settled().await;
    let [ParserToQueue::RequestParsed(InBandRequest { body: Ok(command), .. })] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    let plain = command.arguments.as_ref().unwrap().downcast_ref::<Contained<Plain>>().unwrap().get().unwrap();
    assert_eq!(plain.text.as_deref(), Some("hé"));
}

#[actix::test]
async fn missing_id_is_an_error_in_its_place_where_every_request_needs_one() {
    for queue_full in [QueueFull::Drop, QueueFull::Suspend] {
        let options = Options { ids: IdRule::Required, queue_full, ..Options::default() };
        let mut bench = Bench::negotiated_with(Oob::Enabled, options).await;
        bench.input(1, r#"{"execute": "plain"} {"execute": "plain", "id": null}"#).await;
        let error = "Out-Of-Band capability requires that every command contains an 'id' field";
        assert_eq!(bench.told_queue().await, [format!("1.1 id none: error {error}")]);
        bench.resume(1, 1).await;
        assert_eq!(bench.told_queue().await, ["1.2 id null: plain"], "null is an id");
        tokio::time::resume();
    }
}

#[actix::test]
async fn id_is_optional_without_oob_even_where_every_request_needs_one() {
    let options = Options { ids: IdRule::Required, ..Options::default() };
    let mut bench = Bench::negotiated_with(Oob::Disabled, options).await;
    bench.input(1, r#"{"execute": "plain"}"#).await;
    assert_eq!(bench.told_queue().await, ["1.1 id none: plain"]);
}

#[actix::test]
async fn in_band_request_without_an_id_is_the_queues_to_judge() {
    for queue_full in [QueueFull::Drop, QueueFull::Suspend] {
        let options = Options { queue_full, ..Options::default() };
        let mut bench = Bench::negotiated_with(Oob::Enabled, options).await;
        bench.input(1, r#"{"execute": "plain"}"#).await;
        assert_eq!(bench.told_queue().await, ["1.1 id none: plain"]);
        tokio::time::resume();
    }
}

#[actix::test]
async fn input_that_has_been_looked_at_is_given_back_per_half_window() {
    let mut bench = Bench::negotiated(Oob::Disabled).await;
    bench.forget_what_was_said().await;
    // The negotiation was one chunk and some bytes.
    for _ in 0..6 {
        bench.input(1, " ").await;
        assert_eq!(bench.told_frontend().await, [(0, 0); 0]);
    }
    bench.input(1, " ").await;
    let given = bench.told_frontend().await;
    assert!(matches!(given.as_slice(), [(8, _)]), "{given:?}");
    for round in 0..3 {
        bench.input(1, vec![b' '; READ_WINDOW.bytes / 2]).await;
        assert_eq!(bench.told_frontend().await, [(1, READ_WINDOW.bytes / 2)], "round {round}");
    }
}

#[actix::test]
async fn bytes_that_have_not_been_looked_at_are_not_given_back() {
    let mut bench = Bench::negotiated(Oob::Disabled).await;
    bench.suspend(1).await;
    bench.input(1, vec![b' '; READ_WINDOW.bytes]).await;
    assert_eq!(bench.told_frontend().await, [(0, 0); 0]);
    bench.resume(1, 0).await;
    let given: Vec<(usize, usize)> = bench.told_frontend().await;
    let bytes: usize = given.iter().map(|(_, bytes)| bytes).sum();
    assert!(bytes >= READ_WINDOW.bytes, "{given:?}");
}

#[actix::test]
async fn room_is_given_back_within_a_request_that_is_longer_than_the_window() {
    let mut bench = Bench::negotiated(Oob::Disabled).await;
    bench.input(1, r#"{"execute": "plain", "arguments": {"text": ""#).await;
    for _ in 0..100 {
        bench.input(1, vec![b'x'; READ_WINDOW.bytes / 2]).await;
        assert!(!bench.told_frontend().await.is_empty());
    }
    bench.input(1, r#""}}"#).await;
    assert_eq!(bench.told_queue().await, ["1.1 id none: plain"]);
}
