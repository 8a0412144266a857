//! Keeps a main thread from its work during a turn: a command that ends only when another, out-of-band, lets it.

use super::connection::{Connection, expect_return};
use super::round_trip::Meanwhile;
use crate::{Failure, Outcome};

/// A session with out-of-band execution that holds and releases.
#[derive(Debug)]
pub struct Holder {
    /// The session.
    pub connection: Connection,
    /// What is sent in-band to hold.
    pub hold: &'static str,
    /// What is sent out-of-band to release.
    pub release: &'static str,
}

/// Keeps the dispatcher waiting; the main thread may do other things.
pub const HOLD_DISPATCHER: &str = "{\"execute\": \"x-oob-test\", \"arguments\": {\"lock\": true}, \"id\": 1}\n";

/// Ends that.
pub const RELEASE_DISPATCHER: &str = "{\"exec-oob\": \"x-oob-test\", \"arguments\": {\"lock\": false}, \"id\": 2}\n";

/// The main thread sleeps.
pub const BLOCK: &str = "{\"execute\": \"x-hold\", \"arguments\": {\"how\": \"block\"}, \"id\": 1}\n";

/// The main thread computes.
pub const SPIN: &str = "{\"execute\": \"x-hold\", \"arguments\": {\"how\": \"spin\"}, \"id\": 1}\n";

/// Ends either.
pub const RELEASE: &str = "{\"exec-oob\": \"x-release\", \"id\": 2}\n";

/// What the embedder answers out-of-band all the while.
pub const PING: &str = "{\"exec-oob\": \"x-ping\", \"id\": 1}\n";

impl Meanwhile for Holder {
    /// A command that has not begun when this returns begins next: nothing else is for the main thread to do.
    fn start(&mut self) -> Outcome {
        self.connection.send(self.hold.as_bytes())
    }

    fn stop(&mut self) -> Outcome {
        if !self.connection.is_silent()? {
            return Err(Failure::new("the command that should hold the main thread has ended by itself"));
        }
        self.connection.send(self.release.as_bytes())?;
        // Of what was released and what released it either may be first.
        let mut answers = 0;
        while answers < 2 {
            answers += self.connection.receive_lines(expect_return)?;
        }
        if answers == 2 { Ok(()) } else { Err(Failure::new(format!("{answers} lines answer two requests"))) }
    }
}
