//! The operations whose instructions are counted.

use crate::bench::connection::{Connection, expect_return};
use crate::bench::events::readers::Readers;
use crate::bench::servers::OwnServer;
use crate::{Failure, Outcome};

/// Monitors of the server.
pub(super) const SESSIONS: &str = "16";

/// Requests that are sent together.
const IN_FLIGHT: u64 = 8;

/// Events that are emitted together, so few that the emitter never has to wait.
const BURST: u64 = 50;

const IN_BAND: &str = "{\"execute\": \"query-ticks\", \"id\": 1}\n";
const OUT_OF_BAND: &str = "{\"exec-oob\": \"query-ticks\", \"id\": 1}\n";

/// An operation, and how often it is done.
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) operations: u64,
    /// Does so many on the monitors of this server.
    pub(super) run: fn(&OwnServer, u64) -> Outcome,
}

pub(super) const WORKLOADS: [Workload; 6] = [
    Workload { name: "out-of-band round trip", operations: 1000, run: out_of_band },
    Workload { name: "in-band round trip", operations: 1000, run: in_band },
    Workload { name: "in-band command, 8 in flight", operations: 2000, run: pipelined },
    Workload { name: "event to 16 sessions", operations: 1000, run: events },
    Workload { name: "connect, greet, negotiate, close", operations: 100, run: connect },
    Workload { name: "request of 64 KiB", operations: 20, run: large_request },
];

fn out_of_band(server: &OwnServer, operations: u64) -> Outcome {
    round_trips(server, OUT_OF_BAND, operations)
}

fn in_band(server: &OwnServer, operations: u64) -> Outcome {
    round_trips(server, IN_BAND, operations)
}

fn round_trips(server: &OwnServer, request: &str, operations: u64) -> Outcome {
    let mut connection = Connection::open_session(&server.monitor(0)?, &["oob"])?;
    for _ in 0..operations {
        connection.round_trip(request.as_bytes(), expect_return)?;
    }
    Ok(())
}

fn pipelined(server: &OwnServer, operations: u64) -> Outcome {
    let mut connection = Connection::open_session(&server.monitor(0)?, &["oob"])?;
    let batch = IN_BAND.repeat(IN_FLIGHT as usize);
    for _ in 0..operations / IN_FLIGHT {
        connection.send(batch.as_bytes())?;
        let mut answered = 0;
        while answered < IN_FLIGHT as usize {
            answered += connection.receive_lines(expect_return)?;
        }
    }
    Ok(())
}

fn events(server: &OwnServer, operations: u64) -> Outcome {
    let mut readers = Readers::open(server, 16)?;
    for _ in 0..operations / BURST {
        readers.read(BURST)?;
    }
    Ok(())
}

fn connect(server: &OwnServer, operations: u64) -> Outcome {
    for _ in 0..operations {
        Connection::open_session(&server.monitor(0)?, &["oob"])?;
    }
    Ok(())
}

fn large_request(server: &OwnServer, operations: u64) -> Outcome {
    let request = large(64 * 1024);
    let mut connection = Connection::open_session(&server.monitor(0)?, &["oob"])?;
    for _ in 0..operations {
        let (_, reply) = connection.exchange(request.as_bytes())?;
        if !reply.starts_with(b"{\"return\": {}") {
            return Err(Failure::new(String::from_utf8_lossy(reply)));
        }
    }
    Ok(())
}

/// A request of at most so many bytes, most of it a list of objects.
fn large(bytes: usize) -> String {
    let (start, end) = ("{\"exec-oob\": \"take\", \"arguments\": {\"entries\": [", "]}, \"id\": 1}\n");
    let entry = "{\"emitted\": 1234567, \"refused\": 89}";
    let entries = (bytes - start.len() - end.len()) / (entry.len() + ", ".len());
    format!("{start}{}{end}", vec![entry; entries].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_request_is_json_of_about_the_size_asked_for() {
        let request = large(64 * 1024);
        assert!((65_000..=65_536).contains(&request.len()), "{}", request.len());
        let request: serde_json::Value = serde_json::from_str(&request).unwrap();
        assert_eq!(request["arguments"]["entries"][0]["refused"], 89);
    }
}
