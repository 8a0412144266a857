//! Accepts connections, one when asked for one, and outlasts failures to accept.

use crate::nonblocking::SharedNonBlocking;
use crate::unix::SocketFile;
use crate::{Connection, Switch};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::time::Sleep;

/// Long enough not to spin while the process is out of descriptors, short enough for a person not to notice.
const BACKOFF: Duration = Duration::from_millis(100);

/// A listening socket in the runtime's care.
#[derive(Debug)]
pub(crate) struct Listener {
    // Dropped first: a file must be removed while its socket still listens.
    _file: Option<SocketFile>,
    socket: Socket,
    backoff: Option<Pin<Box<Sleep>>>,
    health: Health,
    // Dropped last: the flag is given back when accepting is over.
    _shared: Option<SharedNonBlocking>,
}

#[derive(Debug)]
pub(crate) enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener, Switch),
}

/// Whether the last attempt failed: a streak of failures is reported once.
#[derive(Debug, PartialEq, Eq)]
enum Health {
    Good,
    Failing,
}

impl Listener {
    pub(crate) fn new(socket: Socket, file: Option<SocketFile>, shared: Option<SharedNonBlocking>) -> Self {
        Listener { _file: file, socket, backoff: None, health: Health::Good, _shared: shared }
    }

    pub(crate) fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Connection> {
        loop {
            if let Some(backoff) = &mut self.backoff {
                ready!(backoff.as_mut().poll(cx));
                self.backoff = None;
            }
            match ready!(self.socket.poll_accept(cx)) {
                Ok(connection) => {
                    self.health = Health::Good;
                    return Poll::Ready(connection);
                }
                Err(error) => self.failed(&error),
            }
        }
    }

    fn failed(&mut self, error: &io::Error) {
        // Trouble of that one client, which is gone by now.
        if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) {
            return;
        }
        if self.health == Health::Good {
            tracing::warn!(%error, "cannot accept a connection; trying again every {} ms", BACKOFF.as_millis());
        }
        self.health = Health::Failing;
        self.backoff = Some(Box::pin(tokio::time::sleep(BACKOFF)));
    }
}

impl Socket {
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Connection>> {
        Poll::Ready(match self {
            Socket::Unix(listener) => {
                let (stream, _unnamed) = ready!(listener.poll_accept(cx))?;
                Connection::from_unix(stream)
            }
            Socket::Tcp(listener, nodelay) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                // Fails only if the connection was reset already: reading will tell.
                let _ = stream.set_nodelay(nodelay.is_on());
                Connection::from_tcp(stream)
            }
        })
    }
}
