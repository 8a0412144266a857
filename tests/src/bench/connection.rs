//! A blocking client that does as little as it can: what it costs is in every figure.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

const BUFFER_BYTES: usize = 64 * 1024;

/// A connection to an echo or a monitor.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    buffer: Vec<u8>,
    /// How much of the buffer is the start of a line whose end has not come.
    pending: usize,
}

impl Connection {
    /// Connects; reads and sends nothing yet.
    ///
    /// # Errors
    /// If it is refused.
    pub fn open(path: &Path) -> Outcome<Self> {
        let stream = UnixStream::connect(path).context(format!("cannot reach {}", path.display()))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_write_timeout(Some(DEADLINE))?;
        Ok(Self { stream, buffer: vec![0; BUFFER_BYTES], pending: 0 })
    }

    /// Connects and negotiates; `enable` as in `qmp_capabilities`.
    ///
    /// # Errors
    /// If the monitor refuses.
    pub fn open_session(path: &Path, enable: &[&str]) -> Outcome<Self> {
        let mut connection = Self::open(path)?;
        connection.receive_lines(expect_greeting)?;
        let enable = serde_json::json!({"execute": "qmp_capabilities", "arguments": {"enable": enable}, "id": 0});
        connection.round_trip(format!("{enable}\n").as_bytes(), expect_return)?;
        Ok(connection)
    }

    /// Sends one request, waits for one line and gives the time that took.
    ///
    /// # Errors
    /// If the line is not what `check` allows, or none comes.
    pub fn round_trip(&mut self, request: &[u8], check: LineCheck) -> Outcome<Duration> {
        let started = Instant::now();
        self.stream.write_all(request).context("cannot send")?;
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
        self.stream.write_all(requests).context("cannot send")
    }

    /// Waits until something comes and gives the number of lines that ended in it.
    ///
    /// # Errors
    /// If a line is not what `check` allows, or nothing comes.
    pub fn receive_lines(&mut self, check: LineCheck) -> Outcome<usize> {
        let filled = self.pending + self.read()?;
        let (mut start, mut lines) = (0, 0);
        for line in self.buffer[..filled].split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                check(line)?;
                lines += 1;
                start += line.len();
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

    /// The stream, for a client of another kind.
    ///
    /// # Errors
    /// If something has been read already that would be lost.
    pub fn into_stream(self) -> Outcome<UnixStream> {
        if self.pending == 0 { Ok(self.stream) } else { Err(Failure::new("a line has begun already")) }
    }

    /// Reads behind what is pending.
    fn read(&mut self) -> Outcome<usize> {
        match self.stream.read(&mut self.buffer[self.pending..]) {
            Ok(0) => Err(Failure::new("the server closed the connection")),
            Ok(count) => Ok(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(Failure::new("the server is silent")),
            Err(error) => Err(error.into()),
        }
    }
}

/// Says whether a line is what was asked for. Looks at its start only.
pub type LineCheck = fn(&[u8]) -> Outcome;

/// An echo answers with anything.
///
/// # Errors
/// Never.
pub fn expect_anything(_line: &[u8]) -> Outcome {
    Ok(())
}

/// A command must have succeeded; a COMMAND_DROPPED or an error spoils the figure.
///
/// # Errors
/// If it did not.
pub fn expect_return(line: &[u8]) -> Outcome {
    expect_start(line, b"{\"return\":")
}

fn expect_greeting(line: &[u8]) -> Outcome {
    expect_start(line, b"{\"QMP\":")
}

fn expect_start(line: &[u8], start: &[u8]) -> Outcome {
    if line.starts_with(start) {
        return Ok(());
    }
    Err(Failure::new(format!("unexpected: {}", String::from_utf8_lossy(line).trim_end())))
}
