//! A blocking QMP client for tests. It is strict about the wire (every message one line, CRLF, ASCII, a JSON object),
//! never waits longer than [`DEADLINE`], and every failure shows the whole conversation.

use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::time::Instant;

use serde_json::{Value, json};

mod record;
mod stream;

use crate::program::{Address, DEADLINE};
use crate::{Context, Failure, Outcome};
use record::Record;
use stream::Stream;

/// How the request is marked that shows that nothing came before its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// `execute`: everything before it in the session has been answered.
    InBand,
    /// `exec-oob`: nothing has been sent so far, though commands may be waiting.
    OutOfBand,
}

/// What comes next.
enum Line {
    Whole(Vec<u8>),
    /// The peer has closed in the middle of it.
    Part,
    /// The peer has closed.
    End,
}

/// One connection to a monitor.
#[derive(Debug)]
pub struct QmpClient {
    stream: Stream,
    unread: Vec<u8>,
    /// Events that arrived while something else was waited for.
    events: VecDeque<Value>,
    record: Record,
    next_id: u64,
}

impl QmpClient {
    /// Connects; reads and sends nothing yet.
    ///
    /// # Errors
    /// If the connection is refused.
    pub fn connect(address: &Address) -> Outcome<Self> {
        let stream = Stream::connect(address).context(format!("cannot connect to {}", address.to_argument()))?;
        Ok(Self { stream, unread: Vec::new(), events: VecDeque::new(), record: Record::default(), next_id: 0 })
    }

    /// Connects, and negotiates these capabilities.
    ///
    /// # Errors
    /// If the connection is refused, or greeting or negotiation fail.
    pub fn negotiated(address: &Address, enable: &[&str]) -> Outcome<Self> {
        let mut client = Self::connect(address)?;
        client.greeting()?;
        client.negotiate(enable)?;
        Ok(client)
    }

    /// Reads the greeting and gives its `QMP` member.
    ///
    /// # Errors
    /// If something else comes first.
    pub fn greeting(&mut self) -> Outcome<Value> {
        let message = self.next_message()?;
        match message.get("QMP") {
            Some(greeting) => Ok(greeting.clone()),
            None => Err(self.failure("the first message is no greeting")),
        }
    }

    /// Negotiates these capabilities.
    ///
    /// # Errors
    /// If the answer is not an empty success.
    pub fn negotiate(&mut self, enable: &[&str]) -> Outcome {
        let returned = self.execute("qmp_capabilities", json!({ "enable": enable }))?;
        if returned == json!({}) { Ok(()) } else { Err(self.failure("qmp_capabilities returned something")) }
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// If the peer has closed.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Outcome {
        self.record.sent(bytes.as_ref());
        self.stream.write_all(bytes.as_ref()).map_err(|error| self.failure(format!("cannot send: {error}")))
    }

    /// Sends bytes one at a time, each in a write of its own.
    ///
    /// # Errors
    /// If the peer has closed.
    pub fn send_byte_by_byte(&mut self, bytes: &[u8]) -> Outcome {
        for byte in bytes {
            self.send([*byte])?;
            // Gives the reader a chance to see this byte alone. It need not take it: nothing depends on that.
            std::thread::yield_now();
        }
        Ok(())
    }

    /// The next line with its line end, whatever is on it.
    ///
    /// # Errors
    /// If none comes in time, or the peer closes.
    pub fn next_line(&mut self) -> Outcome<Vec<u8>> {
        match self.line_or_end()? {
            Some(line) => Ok(line),
            None => Err(self.failure("the monitor closed the connection")),
        }
    }

    /// The next message, event or not.
    ///
    /// # Errors
    /// If none comes in time, or it is not one JSON object on one line of ASCII that CRLF ends.
    pub fn next_message(&mut self) -> Outcome<Value> {
        let line = self.next_line()?;
        if !line.ends_with(b"\r\n") || !line.is_ascii() {
            return Err(self.failure("the last message is not a line of ASCII ended by CRLF"));
        }
        match serde_json::from_slice::<Value>(&line) {
            Ok(message) if message.is_object() => Ok(message),
            Ok(_) => Err(self.failure("the last message is not a JSON object")),
            Err(error) => Err(self.failure(format!("the last message is not JSON: {error}"))),
        }
    }

    /// The next message that is not an event. Events before it are kept for [`wait_event`](Self::wait_event).
    ///
    /// # Errors
    /// As [`next_message`](Self::next_message).
    pub fn next_answer(&mut self) -> Outcome<Value> {
        loop {
            let message = self.next_message()?;
            if message.get("event").is_none() {
                return Ok(message);
            }
            self.events.push_back(message);
        }
    }

    /// The first event of that name that has not been given out yet. Other events before it are dropped; an answer
    /// before it is a failure.
    ///
    /// # Errors
    /// If an answer or nothing comes.
    pub fn wait_event(&mut self, name: &str) -> Outcome<Value> {
        loop {
            let message = match self.events.pop_front() {
                Some(event) => event,
                None => self.next_message().context(format!("waiting for {name}"))?,
            };
            match message.get("event") {
                Some(event) if event == name => return Ok(message),
                Some(_) => {}
                None => return Err(self.failure(format!("an answer came where {name} was expected"))),
            }
        }
    }

    /// Runs a command in-band and gives what it returned.
    ///
    /// # Errors
    /// If it fails, or the answer carries another `id`.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Outcome<Value> {
        self.run(json!({ "execute": command, "arguments": arguments }))
    }

    /// Runs a command out-of-band (`exec-oob`) and gives what it returned.
    ///
    /// # Errors
    /// If it fails, or another answer comes first.
    pub fn execute_oob(&mut self, command: &str, arguments: Value) -> Outcome<Value> {
        self.run(json!({ "exec-oob": command, "arguments": arguments }))
    }

    /// Waits, out-of-band, until this command runs in-band, of any client.
    ///
    /// # Errors
    /// If it does not in time, or this client gets another answer.
    pub fn wait_until_running(&mut self, command: &str) -> Outcome {
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            let told = self.execute_oob("x-query-monitors", json!({}))?;
            if told.as_array().is_some_and(|all| all.iter().any(|one| one["running"]["command"] == command)) {
                return Ok(());
            }
        }
        Err(self.failure(format!("{command} is not run")))
    }

    fn run(&mut self, mut request: Value) -> Outcome<Value> {
        let id = self.fresh_id();
        request["id"] = id.clone();
        self.send(request.to_string())?;
        let mut answer = self.next_answer()?;
        if answer["id"] != id {
            return Err(self.failure(format!("the last answer does not carry the id {id}")));
        }
        match answer.get_mut("return") {
            Some(returned) => Ok(returned.take()),
            None => Err(self.failure(format!("{request} failed"))),
        }
    }

    /// Shows that nothing is on its way: the next message is the answer to a request sent now. No time is waited.
    /// Works before negotiation, too.
    ///
    /// # Errors
    /// If anything else comes first.
    pub fn expect_silence(&mut self, marker: Marker) -> Outcome {
        let id = self.fresh_id();
        let request = match marker {
            Marker::InBand => json!({ "execute": "query-version", "id": id }),
            Marker::OutOfBand => json!({ "exec-oob": "query-yank", "id": id }),
        };
        self.send(request.to_string())?;
        let message = self.next_message()?;
        if message["id"] == id { Ok(()) } else { Err(self.failure("something came where silence was expected")) }
    }

    /// Shows that the monitor has closed, and has sent nothing more before.
    ///
    /// # Errors
    /// If anything else comes first, or nothing in time.
    pub fn expect_end(&mut self) -> Outcome {
        match self.line_or_end()? {
            None => Ok(()),
            Some(_) => Err(self.failure("something came where the end was expected")),
        }
    }

    /// The peer has closed, or closes after events, be it in the middle of one: whoever does not read is cut off.
    ///
    /// # Errors
    /// If something else comes.
    pub fn expect_cut_behind_events(&mut self) -> Outcome {
        loop {
            match self.line()? {
                Line::Whole(line) if is_event(&line) => {}
                Line::Part | Line::End => return Ok(()),
                Line::Whole(_) => return Err(self.failure("something came where the end was expected")),
            }
        }
    }

    /// The peer has closed, or closes after events.
    ///
    /// # Errors
    /// If something else comes.
    pub fn expect_end_behind_events(&mut self) -> Outcome {
        while let Some(line) = self.line_or_end()? {
            if !is_event(&line) {
                return Err(self.failure("something came where the end was expected"));
            }
        }
        Ok(())
    }

    /// Closes this side for writing only.
    ///
    /// # Errors
    /// If the connection is gone.
    pub fn shutdown_write(&mut self) -> Outcome {
        self.shutdown(Shutdown::Write)
    }

    /// Shuts one side of the connection, or both, and keeps it.
    ///
    /// # Errors
    /// If the connection is gone.
    pub fn shutdown(&mut self, side: Shutdown) -> Outcome {
        self.stream.shutdown(side).map_err(|error| self.failure(format!("cannot shut down {side:?}: {error}")))
    }

    /// Closes; a connection of TCP is reset.
    ///
    /// # Errors
    /// If the socket can't be told.
    pub fn reset(self) -> Outcome {
        Ok(self.stream.reset_on_close()?)
    }

    /// A failure with this text and the conversation so far.
    pub fn failure(&self, text: impl std::fmt::Display) -> Failure {
        Failure::new(format!("{text}\n{}", self.record))
    }

    fn fresh_id(&mut self) -> Value {
        self.next_id += 1;
        json!(format!("harness-{}", self.next_id))
    }

    /// `None`: the peer has closed, after a whole line.
    fn line_or_end(&mut self) -> Outcome<Option<Vec<u8>>> {
        match self.line()? {
            Line::Whole(line) => Ok(Some(line)),
            Line::End => Ok(None),
            Line::Part => Err(self.failure("the monitor closed the connection within a line")),
        }
    }

    fn line(&mut self) -> Outcome<Line> {
        let deadline = Instant::now() + DEADLINE;
        let mut searched = 0;
        loop {
            if let Some(end) = self.unread[searched..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=searched + end).collect();
                self.record.received(&line);
                return Ok(Line::Whole(line));
            }
            searched = self.unread.len();
            if self.read_more(deadline)? == 0 {
                break;
            }
        }
        if self.unread.is_empty() {
            return Ok(Line::End);
        }
        self.record.received(&self.unread);
        Ok(Line::Part)
    }

    fn read_more(&mut self, deadline: Instant) -> Outcome<usize> {
        let mut buffer = [0; 64 * 1024];
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.failure(format!("nothing came within {DEADLINE:?}")));
        }
        match self.stream.read(&mut buffer, left) {
            Ok(count) => {
                self.unread.extend_from_slice(&buffer[..count]);
                Ok(count)
            }
            // A reset is the end as well: the peer closed while bytes of ours were unread.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            // A signal; the time that is left bounds how often.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.read_more(deadline),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(self.failure(format!("nothing came within {DEADLINE:?}")))
            }
            Err(error) => Err(self.failure(format!("cannot read: {error}"))),
        }
    }
}

fn is_event(line: &[u8]) -> bool {
    serde_json::from_slice::<Value>(line).is_ok_and(|message| message.get("event").is_some())
}
