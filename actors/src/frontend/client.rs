//! The client that is served: reads as far as the parser has granted, writes what the responder gave.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::task::{self, Poll};

use actix_qmp_chardev::Connection;
use actix_qmp_messages::{FrontendToParser, READ_WINDOW, ReadWindow, SessionKey};
use bytes::{Bytes, BytesMut};
use tokio::io::ReadBuf;

use super::Closing;
use super::output::Output;
use crate::outbox::Outbox;
use crate::statistics::Statistics;

/// Reads in one turn; the parser gets its own turn after that.
const READS_PER_TURN: usize = 8;

/// Room for ordinary requests.
const SMALL_READ: usize = 2048;

/// The client that is served.
pub(super) struct Client {
    pub(super) session: SessionKey,
    pub(super) connection: Connection,
    pub(super) input: Input,
    /// What may still be read.
    pub(super) window: ReadWindow,
    reads: Reads,
    pub(super) output: Output,
    statistics: Arc<Statistics>,
}

/// The client's sending side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Open,
    /// It will send no more.
    Ended,
    /// We read no more, and close when the output is out.
    Finishing,
}

/// How much room the next read is given: most requests are small.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Small,
    /// The last one filled its room: there is more.
    Large,
}

impl Reads {
    /// What follows a read of so many bytes.
    fn after(length: usize) -> Self {
        if length < SMALL_READ { Self::Small } else { Self::Large }
    }
}

/// Whether a session goes on.
pub(super) enum Serving {
    GoesOn,
    Over(&'static str),
}

impl Client {
    pub(super) fn new(session: SessionKey, connection: Connection, statistics: Arc<Statistics>) -> Self {
        let (input, reads, output) = (Input::Open, Reads::Small, Output::default());
        Self { session, connection, input, window: READ_WINDOW, reads, output, statistics }
    }

    /// Writes and reads what can be written and read now.
    pub(super) fn serve(
        &mut self,
        task: &mut task::Context<'_>,
        parser: &mut Outbox<FrontendToParser>,
        closing: &mut Closing,
    ) -> Serving {
        if let Serving::Over(why) = self.write(task) {
            return Serving::Over(why);
        }
        if self.input == Input::Finishing && self.output.is_empty() {
            return Serving::Over("finished");
        }
        if let Closing::Within(deadline) = closing
            && deadline.as_mut().poll(task).is_ready()
        {
            tracing::warn!(monitor = %self.session.monitor, session = %self.session.session, "client_did_not_take_its_output");
            return Serving::Over("client did not take its output in time");
        }
        if let Serving::Over(why) = self.read(task, parser) {
            return Serving::Over(why);
        }
        // Whoever reads learns of a client that vanished from the read itself.
        let reads = self.input == Input::Open && self.may_read();
        if !reads && self.connection.poll_hangup(task).is_ready() {
            return Serving::Over("client gone");
        }
        Serving::GoesOn
    }

    fn write(&mut self, task: &mut task::Context<'_>) -> Serving {
        while !self.output.is_empty() {
            let mut slices = Output::no_slices();
            let count = self.output.slices(&mut slices);
            match self.connection.poll_write_vectored(task, slices.get(..count).unwrap_or_default()) {
                Poll::Ready(Ok(0)) => return Serving::Over("chardev takes no output"),
                Poll::Ready(Ok(bytes)) => {
                    self.statistics.bytes_out.add(bytes);
                    self.output.advance(bytes);
                }
                Poll::Ready(Err(error)) => {
                    tracing::debug!(monitor = %self.session.monitor, session = %self.session.session, %error, "write_failed");
                    return Serving::Over("write failed");
                }
                Poll::Pending => {
                    self.output.stall();
                    break;
                }
            }
        }
        Serving::GoesOn
    }

    fn may_read(&self) -> bool {
        self.window.chunks > 0 && self.window.bytes > 0
    }

    fn read(&mut self, task: &mut task::Context<'_>, parser: &mut Outbox<FrontendToParser>) -> Serving {
        let mut reads = 0;
        while self.input == Input::Open && self.may_read() {
            if reads == READS_PER_TURN {
                task.waker().wake_by_ref();
                break;
            }
            reads += 1;
            let read = match self.reads {
                Reads::Small => read_small(&mut self.connection, self.window.bytes, task),
                Reads::Large => read_large(&mut self.connection, self.window.bytes, task),
            };
            match read {
                Poll::Pending => {
                    self.reads = Reads::Small;
                    break;
                }
                Poll::Ready(Err(error)) => {
                    tracing::debug!(monitor = %self.session.monitor, session = %self.session.session, %error, "read_failed");
                    return Serving::Over("read failed");
                }
                Poll::Ready(Ok(bytes)) if bytes.is_empty() => return self.end_input(parser),
                Poll::Ready(Ok(bytes)) => {
                    self.reads = Reads::after(bytes.len());
                    self.window.chunks -= 1;
                    self.window.bytes -= bytes.len();
                    self.statistics.bytes_in.add(bytes.len());
                    parser.send(FrontendToParser::BytesReceived { session: self.session, bytes });
                }
            }
        }
        Serving::GoesOn
    }

    /// The client shut its sending side, or is gone altogether.
    fn end_input(&mut self, parser: &mut Outbox<FrontendToParser>) -> Serving {
        if self.connection.is_hung_up() {
            return Serving::Over("client gone");
        }
        self.input = Input::Ended;
        parser.send(FrontendToParser::InputEnded { session: self.session });
        Serving::GoesOn
    }
}

/// Reads at most `window` bytes into as much memory as they need; none: the peer has ended its output.
fn read_small(connection: &mut Connection, window: usize, task: &mut task::Context<'_>) -> Poll<io::Result<Bytes>> {
    let mut room = [MaybeUninit::uninit(); SMALL_READ];
    let mut buffer = ReadBuf::uninit(&mut room);
    let mut buffer = buffer.take(window);
    connection.poll_read(task, &mut buffer).map_ok(|()| Bytes::copy_from_slice(buffer.filled()))
}

/// The same where much is expected: what was read stays where it is, unless it leaves room over.
fn read_large(connection: &mut Connection, window: usize, task: &mut task::Context<'_>) -> Poll<io::Result<Bytes>> {
    let mut room = BytesMut::zeroed(window);
    let mut buffer = ReadBuf::new(&mut room);
    let read = connection.poll_read(task, &mut buffer);
    let length = buffer.filled().len();
    read.map_ok(|()| {
        room.truncate(length);
        without_waste(room, window)
    })
}

/// What was read into `room` bytes: where it is if it fills them, or else in a place of its own, since the window counts
/// bytes and not the room around them.
pub(super) fn without_waste(read: BytesMut, room: usize) -> Bytes {
    if read.len() < room / 8 * 7 { Bytes::copy_from_slice(&read) } else { read.freeze() }
}
