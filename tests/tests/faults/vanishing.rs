//! Clients that vanish, at every byte and all the time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use actix_qmp_tests::program::launch::{Address, Transport};
use actix_qmp_tests::{Failure, Launch, Outcome, Product, Program};
use rustix::net::sockopt::set_socket_linger;

use crate::base::Base;

const NEGOTIATION: &str = r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#;
const REQUEST: &str = r#"{"execute": "query-status", "id": 1}"#;

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

/// How a client goes.
#[derive(Clone, Copy)]
enum Leaves {
    /// Closes.
    Quietly,
    /// Resets the connection.
    WithReset,
}

fn connect(program: &Program, leaves: Leaves) -> Outcome<Box<dyn Stream>> {
    match (program.address(0), leaves) {
        (Address::Unix(path), _) => Ok(Box::new(UnixStream::connect(path)?)),
        (Address::Tcp(address), Leaves::Quietly) => Ok(Box::new(TcpStream::connect(address)?)),
        (Address::Tcp(address), Leaves::WithReset) => {
            let stream = TcpStream::connect(address)?;
            set_socket_linger(&stream, Some(Duration::ZERO)).map_err(|error| Failure::new(error.to_string()))?;
            Ok(Box::new(stream))
        }
    }
}

fn vanishes_at_every_byte_sent(transport: Transport, leaves: Leaves) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).start()?;
    let base = Base::of(&program)?;
    let conversation = format!("{NEGOTIATION}{REQUEST}{REQUEST}");
    for length in 0..=conversation.len() {
        connect(&program, leaves)?.write_all(&conversation.as_bytes()[..length])?;
    }
    base.is_back(&program)
}

fn vanishes_at_every_byte_received(transport: Transport, leaves: Leaves) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).start()?;
    let base = Base::of(&program)?;
    let conversation = format!("{NEGOTIATION}{REQUEST}{REQUEST}");
    let mut whole = BufReader::new(connect(&program, leaves)?);
    whole.get_mut().write_all(conversation.as_bytes())?;
    // The greeting and the three replies.
    let mut received = String::new();
    (0..4).try_for_each(|_| whole.read_line(&mut received).map(drop))?;
    drop(whole);
    for length in 0..=received.len() {
        let mut stream = connect(&program, leaves)?;
        stream.write_all(conversation.as_bytes())?;
        stream.read_exact(&mut vec![0; length])?;
    }
    base.is_back(&program)
}

#[test]
fn a_client_may_vanish_at_every_byte_of_a_request_on_a_unix_socket() -> Outcome {
    vanishes_at_every_byte_sent(Transport::Unix, Leaves::Quietly)
}

#[test]
fn a_client_may_vanish_at_every_byte_of_a_request_on_tcp() -> Outcome {
    vanishes_at_every_byte_sent(Transport::Tcp, Leaves::Quietly)
}

#[test]
fn a_client_may_reset_at_every_byte_of_a_request() -> Outcome {
    vanishes_at_every_byte_sent(Transport::Tcp, Leaves::WithReset)
}

#[test]
fn a_client_may_vanish_at_every_byte_of_a_reply_on_a_unix_socket() -> Outcome {
    vanishes_at_every_byte_received(Transport::Unix, Leaves::Quietly)
}

#[test]
fn a_client_may_vanish_at_every_byte_of_a_reply_on_tcp() -> Outcome {
    vanishes_at_every_byte_received(Transport::Tcp, Leaves::Quietly)
}

#[test]
fn a_client_may_reset_at_every_byte_of_a_reply() -> Outcome {
    vanishes_at_every_byte_received(Transport::Tcp, Leaves::WithReset)
}

fn reconnect_storm(transport: Transport) -> Outcome {
    let program = Launch::new(Product::QmpVmm).transport(transport).start()?;
    let base = Base::of(&program)?;
    for number in 0..10_000 {
        let leaves = if number % 2 == 0 { Leaves::Quietly } else { Leaves::WithReset };
        let mut stream = connect(&program, leaves)?;
        // A third leaves at once, a third with a request under way, a third with a reply that it has not read.
        match number % 3 {
            0 => {}
            1 => stream.write_all(NEGOTIATION.as_bytes())?,
            _ => {
                stream.write_all(format!("{NEGOTIATION}{REQUEST}").as_bytes())?;
                stream.read_exact(&mut [0; 1])?;
            }
        }
    }
    base.is_back(&program)
}

#[test]
fn a_reconnect_storm_of_10000_on_a_unix_socket_leaves_nothing_behind() -> Outcome {
    reconnect_storm(Transport::Unix)
}

#[test]
fn a_reconnect_storm_of_10000_on_tcp_leaves_nothing_behind() -> Outcome {
    reconnect_storm(Transport::Tcp)
}
