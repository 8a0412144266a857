//! A client that shuts its sending side gets every reply, then the end.

use actix_qmp_tests::program::launch::Transport;
use actix_qmp_tests::{Launch, Outcome, Product};
use serde_json::{Value, json};

use crate::base::Base;

const ROUNDS: usize = 100;
const REQUESTS: usize = 100;

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
