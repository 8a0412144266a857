//! Who takes part in round trips.

use std::fmt;

use crate::Outcome;
use crate::bench::connection::{Connection, LineCheck, Peer, Waits, expect_anything, expect_return};
use crate::bench::requests::ECHOED;
use crate::bench::servers::Availability;
use crate::program::Address;

/// One line of the table.
#[derive(Debug)]
pub struct Candidate {
    /// Its name there.
    pub name: String,
    /// The line that it is set against beside the first.
    pub against: Option<Against>,
    /// What is measured, if it is there.
    pub target: Availability<Target>,
}

/// A line that another is set against, by its name.
#[derive(Debug, Clone)]
pub enum Against {
    /// The same work with nothing else going on.
    Idle(String),
    /// The echo through two threads.
    TwoThreads(String),
}

impl Against {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Idle(name) | Self::TwoThreads(name) => name,
        }
    }
}

/// Something that answers requests.
#[derive(Debug)]
pub struct Target {
    /// The connection, in the mode that the request needs.
    pub connection: Connection,
    /// What is sent.
    pub request: &'static str,
    /// What may come back.
    pub check: LineCheck,
    /// What goes on meanwhile.
    pub meanwhile: Option<Box<dyn Meanwhile>>,
}

/// What goes on beside the round trips, during a turn only.
pub trait Meanwhile: fmt::Debug {
    /// Begins; it goes on when this returns.
    ///
    /// # Errors
    /// If it does not.
    fn start(&mut self) -> Outcome;

    /// Ends; it is over when this returns.
    ///
    /// # Errors
    /// If it does not, or had ended by itself.
    fn stop(&mut self) -> Outcome;
}

impl Candidate {
    /// A line that is set against the first only.
    pub fn new(name: impl Into<String>, target: impl Into<Availability<Target>>) -> Self {
        Self { name: name.into(), against: None, target: target.into() }
    }

    /// The same, set against this line as well.
    #[must_use]
    pub fn against(self, against: Against) -> Self {
        Self { against: Some(against), ..self }
    }
}

impl Target {
    /// An echo. Clients wait in poll(2), unless [`waiting`](Self::waiting) says otherwise.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn echo(address: &Address) -> Outcome<Self> {
        let connection = Connection::open(address)?.waiting(Waits::InPoll);
        Ok(Self { connection, request: ECHOED, check: expect_anything, meanwhile: None })
    }

    /// A monitor, in a session with these capabilities. Clients wait as in [`echo`](Self::echo).
    ///
    /// # Errors
    /// If it can't be reached, or refuses.
    pub fn monitor(peer: &(impl Peer + ?Sized), enable: &[&str], request: &'static str) -> Outcome<Self> {
        let connection = Connection::open_session(peer, enable)?.waiting(Waits::InPoll);
        Ok(Self { connection, request, check: expect_return, meanwhile: None })
    }

    /// The same with a client that waits in this way.
    #[must_use]
    pub fn waiting(self, waits: Waits) -> Self {
        Self { connection: self.connection.waiting(waits), ..self }
    }

    /// The same with this going on beside it.
    #[must_use]
    pub fn beside(self, meanwhile: Box<dyn Meanwhile>) -> Self {
        Self { meanwhile: Some(meanwhile), ..self }
    }
}
