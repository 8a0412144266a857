//! Many requests at once, seen from the socket: nothing lost, nothing answered twice, nothing out of order.

use std::collections::BTreeMap;

use actix_qmp::{Arguments, Command, QmpError};
use actix_qmp_tests::client::Marker;
use actix_qmp_tests::embedded::Embedded;
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::{Value, json};

/// How many requests may wait.
const QUEUE_LENGTH: u64 = 8;

fn thousand_written_ahead_without_oob(product: Product) -> Outcome {
    if unless_available(product, "thousand_written_ahead_without_oob")? == Decision::Skip {
        return Ok(());
    }
    let program = Launch::new(product).start()?;
    let mut client = program.session(&[])?;
    let requests: String = (0..1000).map(|id| json!({"execute": "query-status", "id": id}).to_string()).collect();
    client.send(requests)?;
    for id in 0..1000 {
        let answer = client.next_message()?;
        assert_eq!((&answer["id"], &answer["return"]["running"]), (&json!(id), &json!(false)));
    }
    client.expect_silence(Marker::InBand)
}

#[test]
fn qemu_answers_a_thousand_written_ahead_in_order() -> Outcome {
    thousand_written_ahead_without_oob(Product::Qemu)
}

#[test]
fn qmp_vmm_answers_a_thousand_written_ahead_in_order() -> Outcome {
    thousand_written_ahead_without_oob(Product::QmpVmm)
}

fn lock(client: &mut QmpClient) -> Outcome {
    client.send(json!({"execute": "x-oob-test", "arguments": {"lock": true}, "id": "lock"}).to_string())
}

#[test]
fn qmp_vmm_drops_what_a_full_queue_does_not_hold_and_tells_its_owner() -> Outcome {
    const SENT: u64 = 30;
    let program = Launch::new(Product::QmpVmm).monitors(2).start()?;
    let mut client = program.session(&["oob"])?;
    let mut bystander = program.session_on(1, &["oob"])?;
    lock(&mut client)?;
    for id in 0..SENT {
        client.send(json!({"execute": "query-status", "id": id}).to_string())?;
    }
    let mut outcomes = BTreeMap::new();
    client.send(json!({"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": "unlock"}).to_string())?;
    for _ in 0..SENT + 2 {
        let message = client.next_message()?;
        let (id, outcome) = match message.get("event") {
            Some(event) => {
                assert_eq!((event, &message["data"]["reason"]), (&json!("COMMAND_DROPPED"), &json!("queue-full")));
                (message["data"]["id"].clone(), "dropped")
            }
            None => (message["id"].clone(), "answered"),
        };
        assert_eq!(outcomes.insert(id.to_string(), outcome), None, "{id} twice");
    }
    let answered = (0..SENT).filter(|id| outcomes[&id.to_string()] == "answered").count() as u64;
    // The one that blocks may still have stood in the queue when the first ones came.
    assert!((QUEUE_LENGTH - 1..=QUEUE_LENGTH).contains(&answered), "{outcomes:?}");
    client.expect_silence(Marker::InBand)?;
    bystander.expect_silence(Marker::OutOfBand)
}

#[test]
fn qmp_vmm_suspends_reading_when_told_to_and_drops_nothing() -> Outcome {
    const SENT: u64 = 100;
    let program = Launch::new(Product::QmpVmm).monitors(2).monitor_options("queue-full=suspend").start()?;
    let mut client = program.session(&["oob"])?;
    let mut other = program.session_on(1, &["oob"])?;
    lock(&mut client)?;
    for id in 0..SENT {
        client.send(json!({"execute": "query-status", "id": id}).to_string())?;
    }
    // The first monitor's input may be held, this one's isn't.
    other.expect_silence(Marker::OutOfBand)?;
    assert_eq!(other.execute_oob("x-oob-test", json!({"lock": false}))?, json!({}));
    assert_eq!(client.next_message()?, json!({"return": {}, "id": "lock"}));
    for id in 0..SENT {
        assert_eq!(client.next_message()?["id"], Value::from(id));
    }
    client.expect_silence(Marker::InBand)
}

#[test]
fn qmp_vmm_gives_an_id_back_as_it_was_written() -> Outcome {
    let program = Launch::new(Product::QmpVmm).start()?;
    let mut client = program.session(&[])?;
    for id in
        ["1.0", "1e3", "-0", "18446744073709551615", "100000000000000000000000000000", "4e-7", "0.30000000000000004"]
    {
        client.send(format!(r#"{{"execute": "query-name", "id": {id}}}"#))?;
        let line = String::from_utf8_lossy(&client.next_line()?).into_owned();
        assert!(line.ends_with(&format!("\"id\": {id}}}\r\n")), "{id}: {line}");
    }
    Ok(())
}

/// Returns its argument.
struct Echo(Value);

impl actix::Message for Echo {
    type Result = Result<Value, QmpError>;
}

impl Command for Echo {
    const NAME: &'static str = "echo";
    type Return = Value;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let value = arguments.required("value")?;
        arguments.finish().map(|()| Self(value))
    }
}

/// What comes back for a number, as it stands in the reply.
fn echoed(client: &mut QmpClient, number: &str) -> Outcome<String> {
    client.send(format!(r#"{{"execute": "echo", "arguments": {{"value": {number}}}}}"#))?;
    let line = String::from_utf8_lossy(&client.next_line()?).into_owned();
    let returned = line.trim_end().strip_prefix(r#"{"return": "#).and_then(|rest| rest.strip_suffix('}'));
    returned.map(str::to_owned).ok_or_else(|| client.failure(format!("no number returned for {number}")))
}

#[test]
fn a_number_comes_back_from_a_command_as_the_same_number() -> Outcome {
    let monitors = Embedded::start(1, |builder| builder.without_schema().command_fn(|Echo(value)| Ok(value)))?;
    let mut client = monitors.session(0, &[])?;
    for number in
        ["9223372036854775807", "9223372036854775808", "18446744073709551615", "-9223372036854775808", "0", "-1"]
    {
        assert_eq!(echoed(&mut client, number)?, number);
    }
    for number in ["5e-324", "4.9e-7", "1.7976931348623157e308", "0.1", "2.2250738585072014e-308", "1e23"] {
        // The standard library reads to the nearest, so that one bit more or less shows.
        let back = echoed(&mut client, number)?;
        assert_eq!(back.parse::<f64>()?.to_bits(), number.parse::<f64>()?.to_bits(), "{number}: {back}");
        assert!(back.contains(['.', 'e']), "{number} is no integer: {back}");
    }
    for zero in ["-0.0", "-0", "0.0"] {
        let back = echoed(&mut client, zero)?;
        assert_eq!(back.parse::<f64>()?, 0.0, "{zero}: {back}");
    }
    client.expect_silence(Marker::InBand)
}
