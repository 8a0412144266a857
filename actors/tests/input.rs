//! Bad input: one error for each mistake, and the next valid command is answered, however the bytes are cut. Tracing
//! is at its finest all the while.

#[path = "rig/rig.rs"]
mod rig;

use std::sync::Once;

use actix_qmp::MonitorOptions;
use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::Client;
use rig::{Rig, answer, generic_error, send_note};
use serde_json::{Value, json};

/// What is wrong, and something of the error that says so.
const MALFORMED: &[(&[u8], &str)] = &[
    (b"[}", "JSON parse error"),
    (b"{]", "JSON parse error"),
    (b"}", "JSON parse error, expecting value"),
    (b"]", "JSON parse error, expecting value"),
    (b",", "JSON parse error, expecting value"),
    (b"nonsense", "JSON parse error, invalid keyword 'nonsense'"),
    (b"17", "QMP input must be a JSON object"),
    (b"\"text\"", "QMP input must be a JSON object"),
    (b"[{\"execute\": \"note\"}]", "QMP input must be a JSON object"),
    (b"{}", "QMP input lacks member 'execute'"),
    (b"{\"execute\": \"note\" \"id\": 1}", "JSON parse error"),
    (b"{\"execute\" \"note\"}", "JSON parse error"),
    (b"{\"execute\": tru}", "JSON parse error"),
    (b"{1: 2}", "JSON parse error"),
    (b"{'execute': 'no\\qte'}", "JSON parse error"),
    (b"{\"execute\": \"note\", \"execute\": \"note\"}", "JSON parse error, duplicate key"),
    (b"{\"execute\": \"\\ud800\"}", "JSON parse error"),
    (b"{\"execute\": \"note\", \"id\": 1e999}", "JSON parse error"),
    (b"{\"execute\": 7}", "QMP input member 'execute' must be a string"),
    (b"{\"execute\": \"note\", \"arguments\": []}", "QMP input member 'arguments' must be an object"),
    (b"{\"execute\": \"note\", \"bogus\": null}", "QMP input member 'bogus' is unexpected"),
    (b"{\"execute\": \"note\", \"id\": 1, \"arguments\": {\"n\": 1.5}}", "Invalid parameter type for 'n'"),
    (b"\xfe", "JSON parse error, stray"),
    (b"\xff", "JSON parse error, stray"),
    (b"{\"execute\": \"no\xc3(te\"}", "JSON parse error"),
    (b"{\"execute\": \"no\x01te\"}", "JSON parse error, stray"),
    (b"{\"execute\": \"no\xff", "JSON parse error, stray"),
    (b"{\"execute\": {\"deep\": [[['\xff", "JSON parse error, stray"),
    (b"{\"execute\": \"note\", \"arguments\": {\"n\": \xff", "JSON parse error, stray"),
];

const NEXT: &[u8] = b"\n{\"execute\": \"note\", \"arguments\": {\"n\": 7}, \"id\": 7}";

fn trace_everything() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::sink);
        everything.init();
    });
}

async fn rig() -> Rig {
    trace_everything();
    Rig::start().await
}

/// Everything up to the answer of the next valid command.
async fn errors_before_next(client: &mut Client) -> Vec<Value> {
    let mut errors = Vec::new();
    loop {
        let message = client.receive().await;
        if message == answer(7) {
            return errors;
        }
        assert!(message.get("error").is_some(), "neither an error nor the next answer: {message}");
        errors.push(message);
    }
}

fn assert_one_error(errors: &[Value], input: &[u8], expected: &str) {
    let [error] = errors else { panic!("not one error for {}: {errors:?}", input.escape_ascii()) };
    let desc = generic_error(error);
    assert!(desc.starts_with(expected), "{}: {desc}", input.escape_ascii());
}

/// A client whose bytes are read one at a time.
async fn client_byte_by_byte(rig: &mut Rig, enable: &[&str]) -> Client {
    let (chardev, connector): (_, MemoryConnector) = ChardevOptions::memory_with_buffer(1);
    rig.monitors.add(MonitorOptions::new(chardev)).await.expect("a monitor");
    Client::negotiated(&connector, enable).await
}

#[actix::test]
async fn each_mistake_makes_one_error_and_the_next_valid_command_is_answered() {
    let mut rig = rig().await;
    for enable in [&[][..], &["oob"]] {
        let (_monitor, connector) = rig.add_with(|options| options.queue_full = actix_qmp::QueueFull::Suspend).await;
        let mut client = Client::negotiated(&connector, enable).await;
        for (input, expected) in MALFORMED {
            client.send(input).await;
            client.send(NEXT).await;
            assert_one_error(&errors_before_next(&mut client).await, input, expected);
        }
    }
    rig.end().await;
}

#[actix::test]
async fn each_mistake_is_the_same_when_it_comes_byte_by_byte() {
    let mut rig = rig().await;
    for enable in [&[][..], &["oob"]] {
        let (mut receiver, mut sender) = client_byte_by_byte(&mut rig, enable).await.split();
        for (input, expected) in MALFORMED {
            let bytes = [input, NEXT].concat();
            let sending = tokio::io::AsyncWriteExt::write_all(&mut sender, &bytes);
            let (sent, errors) = tokio::join!(sending, errors_before_next(&mut receiver));
            sent.unwrap();
            assert_one_error(&errors, input, expected);
        }
    }
    rig.end().await;
}

#[actix::test]
async fn each_mistake_is_the_same_wherever_it_is_cut_in_two() {
    let mut rig = rig().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    for (input, expected) in MALFORMED {
        for cut in 1..input.len() {
            let (head, tail) = input.split_at(cut);
            client.send(head).await;
            rig.settle_briefly().await;
            client.send(tail).await;
            client.send(NEXT).await;
            assert_one_error(&errors_before_next(&mut client).await, input, expected);
        }
    }
    rig.end().await;
}

#[actix::test]
async fn mistakes_before_negotiation_leave_the_session_where_it_was() {
    let mut rig = rig().await;
    let (_monitor, connector) = rig.add().await;
    for (input, _) in MALFORMED {
        let mut client = Client::connect(&connector);
        client.receive().await;
        client.send(input).await;
        client.send("\n").await;
        client.execute("qmp_capabilities", "negotiate").await;
        assert!(client.receive().await.get("error").is_some(), "{}", input.escape_ascii());
        assert_eq!(client.receive().await, json!({"return": {}, "id": "negotiate"}), "{}", input.escape_ascii());
    }
    rig.end().await;
}

#[actix::test]
async fn input_that_ends_within_a_mistake_ends_the_session_in_good_order() {
    let mut rig = rig().await;
    let (_monitor, connector) = rig.add().await;
    for (input, _) in MALFORMED {
        for cut in 1..=input.len() {
            let mut client = Client::negotiated(&connector, &["oob"]).await;
            send_note(&mut client, 1).await;
            client.send(&input[..cut]).await;
            client.half_close().await;
            assert_eq!(client.receive().await, answer(1));
            let errors = client.rest().await;
            let text = input[..cut].escape_ascii();
            assert!(errors.len() <= 1 && errors.iter().all(|error| error.get("error").is_some()), "{text}: {errors:?}");
        }
    }
    rig.end().await;
}

#[actix::test]
async fn a_byte_0xff_forces_a_known_state_from_anywhere_with_one_error() {
    let mut rig = rig().await;
    let (_monitor, connector) = rig.add().await;
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    let valid = br#"{"execute": "note", "arguments": {"n": 7}, "id": [{"a": 'it\'s'}, 7]}"#;
    for cut in 0..valid.len() {
        client.send(&valid[..cut]).await;
        client.send(b"\xff").await;
        client.send(NEXT).await;
        assert_one_error(&errors_before_next(&mut client).await, &valid[..cut], "JSON parse error, stray");
    }
    rig.end().await;
}

#[actix::test]
async fn values_nested_1024_deep_are_read_and_1025_deep_refused() {
    let mut rig = rig().await;
    let mut client = rig.client().await;
    // The request itself is one level, its arguments another.
    for (arrays, expected) in [(1022, "Parameter 'x' is unexpected"), (1023, "JSON nesting depth limit exceeded")] {
        let (open, close) = ("[".repeat(arrays), "]".repeat(arrays));
        let input = format!(r#"{{"execute": "note", "arguments": {{"x": {open}{close}}}, "id": 1}}"#);
        client.send(&input).await;
        client.send(NEXT).await;
        assert_one_error(&errors_before_next(&mut client).await, b"nested", expected);
    }
    rig.end().await;
}

#[actix::test]
async fn garbage_is_not_amplified() {
    let mut rig = rig().await;
    let mut client = rig.client().await;
    let brackets = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let (mut receiver, mut sender) = {
        client.send(NEXT).await;
        assert!(errors_before_next(&mut client).await.is_empty());
        client.split()
    };
    let sending = async {
        tokio::io::AsyncWriteExt::write_all(&mut sender, &brackets).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut sender, NEXT).await.unwrap();
    };
    let ((), errors) = tokio::join!(sending, errors_before_next(&mut receiver));
    assert!((1..10).contains(&errors.len()), "{} errors for 100,000 `[` and 100,000 `]`", errors.len());
    rig.end().await;
}

#[actix::test]
async fn a_request_of_one_mebibyte_is_answered_and_its_id_echoed() {
    let mut rig = rig().await;
    for enable in [&[][..], &["oob"]] {
        let (_monitor, connector) = rig.add().await;
        let (mut receiver, mut sender) = Client::negotiated(&connector, enable).await.split();
        let id = "i".repeat(1 << 20);
        for n in 0..3 {
            let request = json!({"execute": "note", "arguments": {"n": n}, "id": id}).to_string();
            let sending = tokio::io::AsyncWriteExt::write_all(&mut sender, request.as_bytes());
            let (sent, reply) = tokio::join!(sending, receiver.receive());
            sent.unwrap();
            assert_eq!(reply["return"], json!({"n": n}));
            assert!(reply["id"] == id.as_str(), "another id came back");
        }
    }
    rig.end().await;
}
