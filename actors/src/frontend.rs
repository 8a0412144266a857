//! The chardev frontend: one chardev, one client at a time; bytes in, bytes out.
//!
//! ```text
//!              a client connects            FinishSession, output out,
//!                                           client gone, or write error
//!   LISTENING ------------------> SERVING ------------------------------> LISTENING
//!       |                            |
//!       +------------- Close --------+------> (when no session is left) ended
//! ```
//!
//! - LISTENING → SERVING: the chardev yields a connection; it becomes a session of its own, numbered anew.
//! - SERVING: reads as far as the parser has granted ([`READ_WINDOW`]), which it does not while the monitor is
//!   suspended. While it may not read it watches for the client to vanish, since the next one waits for the place.
//! - End of input alone is a half-close: the session goes on until the responder says that all is answered.
//!
//! Edges in: parser (room to read), responder (output, end), embedder (close). Edges out: parser (connection, bytes),
//! responder (output taken). Invariant: what is read or written belongs to exactly one session, the current one.

mod output;

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use actix::{Actor, ActorContext, Context, Handler, Recipient};
use actix_qmp_chardev::{Chardev, Connection};
use actix_qmp_messages::{
    FrontendToParser, FrontendToResponder, MonitorId, MonitorsToFrontend, OutputLimits, ParserToFrontend, READ_WINDOW,
    ReadWindow, ResponderToFrontend, SessionId, SessionKey, WRITE_WINDOW,
};
use bytes::{Bytes, BytesMut};
use tokio::io::ReadBuf;
use tokio::sync::oneshot;
use tokio::time::Sleep;
use tokio_util::task::task_tracker::TaskTrackerToken;

use self::output::{Output, Written};
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::outbox::{Flushed, Outbox};
use crate::statistics::Statistics;

/// Reads in one turn; the parser gets its own turn after that.
const READS_PER_TURN: usize = 8;

/// Room for ordinary requests.
const SMALL_READ: usize = 2048;

/// Messages in the mailbox: the write window, room to read, and orders.
const MAILBOX: usize = WRITE_WINDOW + 16;

/// What a frontend needs to begin.
pub(crate) struct FrontendSetup {
    pub(crate) monitor: MonitorId,
    pub(crate) chardev: Chardev,
    pub(crate) limits: OutputLimits,
    pub(crate) parser: Recipient<FrontendToParser>,
    pub(crate) responder: Recipient<FrontendToResponder>,
    /// Told when the first client connects.
    pub(crate) first_client: oneshot::Sender<()>,
    /// Dropped when the frontend has ended.
    pub(crate) alive: TaskTrackerToken,
}

/// The actor.
pub(crate) struct Frontend {
    monitor: MonitorId,
    chardev: Chardev,
    client: Option<Client>,
    sessions: u64,
    closing: Closing,
    parser: Outbox<FrontendToParser>,
    responder: Outbox<FrontendToResponder>,
    report_every: Written,
    first_client: Option<oneshot::Sender<()>>,
    statistics: Arc<Statistics>,
    _alive: TaskTrackerToken,
}

enum Closing {
    No,
    Within(Pin<Box<Sleep>>),
    /// No session is left and the parser has been told so, which happens once.
    Told,
}

/// The client that is served.
struct Client {
    session: SessionKey,
    connection: Connection,
    input: Input,
    /// What may still be read.
    window: ReadWindow,
    reads: Reads,
    output: Output,
    statistics: Arc<Statistics>,
}

/// The client's sending side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
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
enum Serving {
    GoesOn,
    Over(&'static str),
}

impl Frontend {
    pub(crate) fn new(setup: FrontendSetup) -> Self {
        Self {
            monitor: setup.monitor,
            chardev: setup.chardev,
            client: None,
            sessions: 0,
            closing: Closing::No,
            parser: Outbox::new(setup.parser),
            responder: Outbox::new(setup.responder),
            report_every: Written { writes: WRITE_WINDOW / 2, bytes: setup.limits.report_every() },
            first_client: Some(setup.first_client),
            statistics: Arc::new(Statistics::new(setup.monitor, String::new())),
            _alive: setup.alive,
        }
    }

    /// Counts there, where it is read.
    pub(crate) fn counting(self, statistics: Arc<Statistics>) -> Self {
        Self { statistics, ..self }
    }
}

impl Actor for Frontend {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        bound_mailbox(ctx, MAILBOX);
        start_driving(ctx);
    }
}

impl Handler<ParserToFrontend> for Frontend {
    type Result = ();

    fn handle(&mut self, message: ParserToFrontend, _ctx: &mut Self::Context) {
        let ParserToFrontend::InputTaken { session, chunks, bytes } = message;
        if let Some(client) = self.client_of(session) {
            client.window.chunks += chunks;
            client.window.bytes += bytes;
        }
    }
}

impl Handler<ResponderToFrontend> for Frontend {
    type Result = ();

    fn handle(&mut self, message: ResponderToFrontend, _ctx: &mut Self::Context) {
        match message {
            ResponderToFrontend::WriteOutput { session, bytes } => {
                if let Some(client) = self.client_of(session) {
                    client.output.push(bytes);
                }
            }
            ResponderToFrontend::FinishSession { session } => {
                if let Some(client) = self.client_of(session) {
                    client.input = Input::Finishing;
                }
            }
            ResponderToFrontend::AbortSession { session } => {
                if self.client_of(session).is_some() {
                    self.close_session("aborted");
                }
            }
        }
    }
}

impl Handler<MonitorsToFrontend> for Frontend {
    type Result = ();

    fn handle(&mut self, message: MonitorsToFrontend, _ctx: &mut Self::Context) {
        let MonitorsToFrontend::Close { within } = message;
        self.chardev.stop_listening();
        if !matches!(self.closing, Closing::Told) {
            self.closing = Closing::Within(Box::pin(tokio::time::sleep(within)));
        }
    }
}

impl Driven for Frontend {
    fn drive(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>) {
        if self.flush(task) == Flushed::Held {
            return;
        }
        while let Turn::Again = self.take_turn(ctx, task) {}
        // What was said just now may have been kept: this sees to a next turn.
        self.flush(task);
    }
}

/// Whether something happened that makes another look worthwhile.
enum Turn {
    Again,
    Done,
}

impl Frontend {
    fn flush(&mut self, task: &task::Context<'_>) -> Flushed {
        self.parser.flush(task).and(self.responder.flush(task))
    }

    fn take_turn(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>) -> Turn {
        match (&mut self.client, &self.closing) {
            (Some(client), _) => match client.serve(task, &mut self.parser, &mut self.closing) {
                Serving::GoesOn => self.report_output(),
                Serving::Over(why) => {
                    self.close_session(why);
                    return Turn::Again;
                }
            },
            (None, Closing::Within(_)) => {
                self.parser.send(FrontendToParser::MonitorClosed);
                self.closing = Closing::Told;
                return Turn::Again;
            }
            (None, Closing::Told) => self.end(ctx, task),
            (None, Closing::No) => {
                if let Poll::Ready(Some(connection)) = self.chardev.poll_connection(task) {
                    self.open_session(connection);
                    return Turn::Again;
                }
            }
        }
        Turn::Done
    }

    fn client_of(&mut self, session: SessionKey) -> Option<&mut Client> {
        self.client.as_mut().filter(|client| client.session == session)
    }

    fn open_session(&mut self, connection: Connection) {
        self.sessions += 1;
        let session = SessionKey { monitor: self.monitor, session: SessionId(self.sessions) };
        let peer = connection.peer().to_owned();
        tracing::info!(monitor = %session.monitor, session = %session.session, peer, "session_opened");
        self.parser.send(FrontendToParser::SessionOpened { session, peer });
        self.client = Some(Client {
            session,
            connection,
            input: Input::Open,
            window: READ_WINDOW,
            reads: Reads::Small,
            output: Output::default(),
            statistics: Arc::clone(&self.statistics),
        });
        if let Some(first_client) = self.first_client.take() {
            // Nobody waits for it unless the monitor was opened with wait=on.
            let _ = first_client.send(());
        }
    }

    fn close_session(&mut self, why: &'static str) {
        if let Some(mut client) = self.client.take() {
            let session = client.session;
            tracing::info!(monitor = %session.monitor, session = %session.session, why, "session_closed");
            client.connection.finish();
            self.parser.send(FrontendToParser::SessionClosed { session });
        }
    }

    fn report_output(&mut self) {
        let Some(client) = &mut self.client else { return };
        if let Some(Written { writes, bytes }) = client.output.report(self.report_every) {
            self.responder.send(FrontendToResponder::OutputWritten { session: client.session, writes, bytes });
        }
    }

    fn end(&mut self, ctx: &mut Context<Self>, task: &task::Context<'_>) {
        if self.parser.flush(task) == Flushed::All {
            ctx.stop();
        }
    }
}

impl Client {
    /// Writes and reads what can be written and read now.
    fn serve(
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
fn without_waste(read: BytesMut, room: usize) -> Bytes {
    if read.len() < room / 8 * 7 { Bytes::copy_from_slice(&read) } else { read.freeze() }
}

#[cfg(test)]
mod tests;
