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

mod client;
mod output;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use actix::{Actor, ActorContext, Context, Handler, Recipient};
use actix_qmp_chardev::{Chardev, Connection};
use actix_qmp_messages::{
    FrontendToParser, FrontendToResponder, MonitorId, MonitorsToFrontend, OutputLimits, ParserToFrontend,
    ResponderToFrontend, SessionId, SessionKey, WRITE_WINDOW,
};
use tokio::sync::oneshot;
use tokio::time::Sleep;
use tokio_util::task::task_tracker::TaskTrackerToken;

use self::client::{Client, Input, Serving};
use self::output::Written;
use crate::drive::{Driven, bound_mailbox, start_driving};
use crate::outbox::{Flushed, Outbox};
use crate::statistics::Statistics;

/// Messages in the mailbox: the write window, room to read, and orders.
pub(crate) const MAILBOX: usize = WRITE_WINDOW + 16;

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
        self.client = Some(Client::new(session, connection, Arc::clone(&self.statistics)));
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

#[cfg(test)]
mod tests;
