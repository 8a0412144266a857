//! A client that shuts its sending side gets every reply, then the end; one that shuts a side and stays costs nothing.

use std::net::Shutdown;
use std::time::Duration;

use actix_qmp_tests::footprint::is_idle;
use actix_qmp_tests::program::launch::Transport;
use actix_qmp_tests::{Launch, Outcome, Product};
use serde_json::{Value, json};

use crate::base::Base;

const ROUNDS: usize = 100;
const REQUESTS: usize = 100;
/// How long CPU time is looked at while a client keeps a connection that it has shut.
const SPAN: Duration = Duration::from_secs(1);

fn no_reply_is_lost(transport: Transport, enable: &[&str]) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).monitor_options("queue-full=suspend").start()?;
    let base = Base::of(&program)?;
    for round in 0..ROUNDS {
        let mut client = program.session(enable)?;
        let requests = (0..REQUESTS).map(|id| json!({"execute": "query-status", "id": id}).to_string());
        client.send(requests.collect::<String>())?;
        client.shutdown_write()?;
        for id in 0..REQUESTS {
            let answer = client.next_message()?;
            assert_eq!(
                (&answer["id"], &answer["return"]["running"]),
                (&json!(id), &Value::Bool(false)),
                "round {round}"
            );
        }
        client.expect_end()?;
    }
    base.is_back(&program)
}

#[test]
fn half_close_on_a_unix_socket_loses_none_of_10000_replies() -> Outcome {
    no_reply_is_lost(Transport::Unix, &[])
}

#[test]
fn half_close_on_a_unix_socket_with_oob_loses_none_of_10000_replies() -> Outcome {
    no_reply_is_lost(Transport::Unix, &["oob"])
}

#[test]
fn half_close_on_tcp_loses_none_of_10000_replies() -> Outcome {
    no_reply_is_lost(Transport::Tcp, &[])
}

#[test]
fn half_close_on_tcp_with_oob_loses_none_of_10000_replies() -> Outcome {
    no_reply_is_lost(Transport::Tcp, &["oob"])
}

/// Its command is held while it shuts `side`, and it keeps the connection until everything has been looked at.
fn stays_at_no_cost(transport: Transport, enable: &[&str], side: Shutdown) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).monitors(2).start()?;
    let base = Base::of(&program)?;
    let mut other = program.session_on(1, &["oob"])?;
    let mut held = program.session(enable)?;
    held.send(json!({"execute": "x-oob-test", "arguments": {"lock": true}, "id": "held"}).to_string())?;
    other.wait_until_running("x-oob-test")?;
    held.shutdown(side)?;
    is_idle(program.pid(), SPAN)?;
    other.execute_oob("x-oob-test", json!({"lock": false}))?;
    if side == Shutdown::Write {
        assert_eq!(held.next_message()?, json!({"return": {}, "id": "held"}));
        held.expect_end()?;
    }
    // Its session has ended, or this one would wait.
    program.session(&[])?.execute("query-status", json!({}))?;
    is_idle(program.pid(), SPAN)?;
    drop((held, other));
    base.is_back(&program)
}

fn stays_at_no_cost_in_either_mode(transport: Transport, side: Shutdown) -> Outcome {
    stays_at_no_cost(transport, &[], side)?;
    stays_at_no_cost(transport, &["oob"], side)
}

#[test]
fn a_client_that_shuts_its_sending_side_and_stays_costs_nothing_and_gets_its_held_answer() -> Outcome {
    stays_at_no_cost_in_either_mode(Transport::Unix, Shutdown::Write)
}

#[test]
fn a_client_that_shuts_its_sending_side_and_stays_costs_nothing_on_tcp_either() -> Outcome {
    stays_at_no_cost_in_either_mode(Transport::Tcp, Shutdown::Write)
}

#[test]
fn a_client_that_shuts_its_reading_side_and_stays_costs_nothing() -> Outcome {
    stays_at_no_cost_in_either_mode(Transport::Unix, Shutdown::Read)
}

#[test]
fn a_client_that_shuts_both_sides_and_stays_costs_nothing() -> Outcome {
    stays_at_no_cost_in_either_mode(Transport::Unix, Shutdown::Both)
}

const NEGOTIATION: &str = r#"{"execute": "qmp_capabilities"}"#;

/// What a client has sent of its negotiation before it shuts its sending side.
fn handshake_that_ends(transport: Transport) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).start()?;
    let base = Base::of(&program)?;
    let mut kept = Vec::new();
    for sent in ["", &NEGOTIATION[..20], NEGOTIATION] {
        let mut client = program.client(0)?;
        client.greeting()?;
        client.send(sent)?;
        client.shutdown_write()?;
        kept.push(client);
        is_idle(program.pid(), SPAN)?;
        program.session(&[])?.execute("query-status", json!({}))?;
    }
    drop(kept);
    base.is_back(&program)
}

#[test]
fn the_end_of_input_in_a_handshake_costs_nothing_and_makes_room_for_the_next_client() -> Outcome {
    handshake_that_ends(Transport::Unix)
}

#[test]
fn the_end_of_input_in_a_handshake_costs_nothing_on_tcp_either() -> Outcome {
    handshake_that_ends(Transport::Tcp)
}

#[test]
fn a_handshake_whose_answer_cannot_be_written_costs_nothing_and_makes_room_for_the_next_client() -> Outcome {
    let program = Launch::new(Product::QmpVmm).start()?;
    let base = Base::of(&program)?;
    let mut client = program.client(0)?;
    client.greeting()?;
    client.shutdown(Shutdown::Read)?;
    is_idle(program.pid(), SPAN)?;
    client.send(NEGOTIATION)?;
    is_idle(program.pid(), SPAN)?;
    program.session(&[])?.execute("query-status", json!({}))?;
    drop(client);
    base.is_back(&program)
}
