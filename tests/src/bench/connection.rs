//! A blocking client that does as little as it can: what it costs is in every figure.

use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

mod line_check;
mod socket;

use self::line_check::is_event;
pub use self::line_check::{LineCheck, expect_anything, expect_greeting, expect_return};
pub use self::socket::{Peer, Socket};

use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

const BUFFER_BYTES: usize = 64 * 1024;

/// A connection to an echo or a monitor.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    buffer: Vec<u8>,
    /// How much of the buffer is the start of a line whose end has not come.
    pending: usize,
    /// Names of events that count as nothing.
    passed_over: &'static [&'static str],
    waits: Waits,
}

/// How a client waits for what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// In the read itself. On a UNIX socket it is also woken when the server takes the request out of the buffer, for
    /// nothing: the kernel tells a blocked reader of room to write.
    InRead,
    /// In poll(2), as programs do that have more than one thing to wait for: told of input only.
    InPoll,
}

impl Connection {
    /// Connects; reads and sends nothing yet.
    ///
    /// # Errors
    /// If it is refused.
    pub fn open(peer: &(impl Peer + ?Sized)) -> Outcome<Self> {
        Self::open_with(peer, vec![0; BUFFER_BYTES])
    }

    /// Connects as [`open`](Self::open) does, with the buffer of a connection that was closed.
    ///
    /// # Errors
    /// If it is refused.
    pub fn open_with(peer: &(impl Peer + ?Sized), buffer: Vec<u8>) -> Outcome<Self> {
        let address = peer.address();
        let connected = Socket::connect(&address, DEADLINE);
        let socket = connected.context(format_args!("cannot reach {}", address.to_argument()))?;
        Ok(Self { socket, buffer, pending: 0, passed_over: &[], waits: Waits::InRead })
    }

    /// Closes, and gives the buffer back.
    pub fn close(self) -> Vec<u8> {
        self.buffer
    }

    /// The socket alone, for a client of another kind.
    ///
    /// # Errors
    /// If something has been read already that would be lost.
    pub fn into_socket(self) -> Outcome<Socket> {
        if self.pending == 0 { Ok(self.socket) } else { Err(Failure::new("a line has begun already")) }
    }

    /// Waits in this way from now on.
    #[must_use]
    pub fn waiting(self, waits: Waits) -> Self {
        Self { waits, ..self }
    }

    /// Takes events of these names for nothing, wherever they come.
    pub fn pass_over(&mut self, events: &'static [&'static str]) {
        self.passed_over = events;
    }

    /// Whether nothing has come that was not received.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn is_silent(&self) -> Outcome<bool> {
        Ok(self.pending == 0 && self.socket.is_silent()?)
    }

    /// Connects and negotiates; `enable` as in `qmp_capabilities`.
    ///
    /// # Errors
    /// If the monitor refuses.
    pub fn open_session(peer: &(impl Peer + ?Sized), enable: &[&str]) -> Outcome<Self> {
        let mut connection = Self::open(peer)?;
        connection.negotiate(&negotiation(enable))?;
        Ok(connection)
    }

    /// Waits for the greeting, sends this `qmp_capabilities` and waits for its answer.
    ///
    /// # Errors
    /// If the monitor refuses.
    pub fn negotiate(&mut self, negotiation: &str) -> Outcome {
        while self.receive_lines(expect_greeting)? == 0 {}
        self.round_trip(negotiation.as_bytes(), expect_return).map(drop)
    }

    /// Sends one request, waits for one line and gives the time that took.
    ///
    /// # Errors
    /// If the line is not what `check` allows, or none comes.
    pub fn round_trip(&mut self, request: &[u8], check: LineCheck) -> Outcome<Duration> {
        let started = Instant::now();
        self.socket.write_all(request).context("cannot send")?;
        let mut received = 0;
        while received == 0 {
            received = self.receive_lines(check)?;
        }
        let took = started.elapsed();
        if received == 1 { Ok(took) } else { Err(Failure::new(format!("{received} lines answer one request"))) }
    }

    /// Sends without waiting.
    ///
    /// # Errors
    /// If the peer has closed.
    pub fn send(&mut self, requests: &[u8]) -> Outcome {
        self.socket.write_all(requests).context("cannot send")
    }

    /// Waits until something comes and gives the number of lines that ended in it.
    ///
    /// # Errors
    /// If a line is not what `check` allows, or nothing comes.
    pub fn receive_lines(&mut self, check: LineCheck) -> Outcome<usize> {
        let filled = self.pending + self.read()?;
        let (mut start, mut lines) = (0, 0);
        for line in self.buffer[..filled].split_inclusive(|byte| *byte == b'\n') {
            if !line.ends_with(b"\n") {
                break;
            }
            start += line.len();
            match check(line) {
                Ok(()) => lines += 1,
                Err(_) if is_event(line, self.passed_over) => {}
                Err(failure) => return Err(failure),
            }
        }
        self.buffer.copy_within(start..filled, 0);
        self.pending = filled - start;
        if self.pending == self.buffer.len() {
            return Err(Failure::new("a line that is longer than the buffer"));
        }
        Ok(lines)
    }

    /// Sends one request, waits for a reply of any length, and gives the time that took and the reply. Nothing else may be
    /// on its way: what ends with a line's end is taken for the whole reply, of which nothing is looked at twice.
    ///
    /// # Errors
    /// If none comes.
    pub fn exchange(&mut self, request: &[u8]) -> Outcome<(Duration, &[u8])> {
        let started = Instant::now();
        self.send(request)?;
        while !self.buffer[..self.pending].ends_with(b"\n") {
            if self.pending == self.buffer.len() {
                self.buffer.resize(2 * self.pending, 0);
            }
            self.pending += self.read()?;
        }
        let took = started.elapsed();
        let length = std::mem::take(&mut self.pending);
        Ok((took, &self.buffer[..length]))
    }

    /// Reads behind what is pending.
    fn read(&mut self) -> Outcome<usize> {
        if self.waits == Waits::InPoll && !self.socket.has_input(DEADLINE)? {
            return Err(Failure::new("the server is silent"));
        }
        match self.socket.receive(&mut self.buffer[self.pending..])? {
            0 => Err(Failure::new("the server is silent")),
            count => Ok(count),
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The request that enables these capabilities.
pub fn negotiation(enable: &[&str]) -> String {
    let request = serde_json::json!({"execute": "qmp_capabilities", "arguments": {"enable": enable}, "id": 0});
    format!("{request}\n")
}
