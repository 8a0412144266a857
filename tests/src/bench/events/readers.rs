//! One thread that reads many sessions, and lets the emitter go on as the slowest of them does.

use std::io::Write;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::ticks::Ticks;
use crate::bench::connection::{Connection, Socket};
use crate::bench::readiness::{Watch, is_ready};
use crate::bench::servers::OwnServer;
use crate::program::DEADLINE;
use crate::{Context, Failure, Outcome};

const BUFFER_BYTES: usize = 256 * 1024;

/// The emitter may be so many events ahead of the slowest reader. A session whose client is further behind than 16 MiB
/// would be closed; this is less than 1 MiB of text, and twice as many as the emitter can have under way.
const WINDOW: u64 = 8192;

/// The emitter is told whenever it may go on by this much.
const STEP: u64 = 1024;

/// Sessions that are all read to their end.
#[derive(Debug)]
pub(in crate::bench) struct Readers {
    watch: Watch,
    sessions: Vec<(Socket, Ticks)>,
    granted: u64,
    grants: u64,
    buffer: Vec<u8>,
}

impl Readers {
    /// Opens the first sessions of an event monitor, all in command mode.
    ///
    /// # Errors
    /// If one can't be opened.
    pub(in crate::bench) fn open(server: &OwnServer, sessions: usize) -> Outcome<Self> {
        let watch = Watch::new()?;
        let mut readers = Self { watch, sessions: Vec::new(), granted: 0, grants: 0, buffer: vec![0; BUFFER_BYTES] };
        for session in 0..sessions {
            let socket = Connection::open_session(&server.monitor(session)?, &["oob"])?.into_socket()?;
            socket.set_nonblocking()?;
            readers.watch.add(&socket, session)?;
            readers.sessions.push((socket, Ticks::default()));
        }
        Ok(readers)
    }

    /// Has so many events emitted, reads each of them on each session, and gives the time that took.
    ///
    /// # Errors
    /// If one is missing or out of order, or a session is closed.
    pub(in crate::bench) fn read(&mut self, events: u64) -> Outcome<Duration> {
        let started = Instant::now();
        let target = self.granted + events;
        let mut ready = Vec::new();
        loop {
            let slowest = self.slowest();
            self.grant(target.min(slowest + WINDOW), target)?;
            if slowest == target && self.sessions.iter().map(|(_, ticks)| ticks.replies).sum::<u64>() == self.grants {
                return Ok(started.elapsed());
            }
            self.watch.wait(DEADLINE, &mut ready)?;
            if ready.is_empty() {
                return Err(Failure::new(format!("no more events after {slowest} of {target}")));
            }
            for session in ready.drain(..) {
                self.read_once(session)?;
            }
        }
    }

    /// How many events the slowest session has had.
    fn slowest(&self) -> u64 {
        self.sessions.iter().map(|(_, ticks)| ticks.next).min().unwrap_or(self.granted)
    }

    /// Lets the emitter go on up to `up_to`, if that is far enough or all that is left.
    fn grant(&mut self, up_to: u64, target: u64) -> Outcome {
        let count = up_to.saturating_sub(self.granted);
        if count == 0 || (count < STEP && up_to < target) {
            return Ok(());
        }
        let request = format!("{{\"exec-oob\": \"grant-ticks\", \"arguments\": {{\"count\": {count}}}, \"id\": 1}}\n");
        let Some((socket, _)) = self.sessions.first_mut() else { return Err(Failure::new("no session")) };
        // So short that it fits: the monitor takes its input at once.
        socket.write_all(request.as_bytes()).context("cannot let the emitter go on")?;
        self.granted = up_to;
        self.grants += 1;
        Ok(())
    }

    fn read_once(&mut self, session: usize) -> Outcome {
        let Some((socket, ticks)) = self.sessions.get_mut(session) else { return Ok(()) };
        let count = socket.receive(&mut self.buffer).context(format_args!("session {session}"))?;
        ticks.take(&self.buffer[..count]).context(format_args!("session {session}"))
    }
}

/// A session in command mode whose client never reads.
#[derive(Debug)]
pub(super) struct Deaf {
    socket: Option<Socket>,
    session: usize,
    /// How often the monitor has closed it.
    pub(super) closed: usize,
}

impl Deaf {
    /// This session of an event monitor, not opened yet.
    pub(super) fn new(session: usize) -> Self {
        Self { socket: None, session, closed: 0 }
    }

    /// Opens it, if it is not open, or not any more.
    ///
    /// # Errors
    /// If it can't be opened.
    pub(super) fn reopen(&mut self, server: &OwnServer) -> Outcome {
        if let Some(socket) = self.socket.take_if(|socket| is_closed(socket)) {
            drop(socket);
            self.closed += 1;
        }
        if self.socket.is_none() {
            self.socket = Some(Connection::open_session(&server.monitor(self.session)?, &["oob"])?.into_socket()?);
        }
        Ok(())
    }
}

/// Whether the peer has closed, without reading.
fn is_closed(socket: &Socket) -> bool {
    is_ready(socket, PollFlags::RDHUP, Duration::ZERO).unwrap_or(false)
}
