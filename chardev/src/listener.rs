//! Accepts connections, one when asked for one, and outlasts failures to accept.

use crate::nonblocking::SharedNonBlocking;
use crate::registration::register;
use crate::unix::SocketFile;
use crate::{Connection, Switch};
use rustix::net::{SocketFlags, accept_with};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Sleep;

/// Long enough not to spin while the process is out of descriptors, short enough for a person not to notice.
const BACKOFF: Duration = Duration::from_millis(100);

/// A listening socket in the runtime's care.
#[derive(Debug)]
pub(crate) struct Listener {
    // Dropped first: a file must be removed while its socket still listens.
    _file: Option<SocketFile>,
    socket: ListeningSocket,
    backoff: Option<Pin<Box<Sleep>>>,
    health: Health,
    // Dropped last: the flag is given back when accepting is over.
    _shared: Option<SharedNonBlocking>,
}

/// The socket itself, which must not block.
#[derive(Debug)]
pub(crate) struct ListeningSocket {
    io: AsyncFd<OwnedFd>,
    transport: Transport,
}

/// What kind of clients it has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Transport {
    Unix,
    /// And whether small packets go out at once.
    Tcp(Switch),
}

/// Whether the last attempt failed: a streak of failures is reported once.
#[derive(Debug, PartialEq, Eq)]
enum Health {
    Good,
    Failing,
}

impl Listener {
    pub(crate) fn new(socket: ListeningSocket, file: Option<SocketFile>, shared: Option<SharedNonBlocking>) -> Self {
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

impl ListeningSocket {
    /// Needs the runtime's context.
    pub(crate) fn new(socket: OwnedFd, transport: Transport) -> io::Result<Self> {
        let io = register(socket, Interest::READABLE).map_err(|(_, reason)| reason)?;
        Ok(ListeningSocket { io, transport })
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Connection>> {
        loop {
            let mut guard = ready!(self.io.poll_read_ready(cx))?;
            if let Ok(accepted) = guard.try_io(|io| accept(io.as_fd())) {
                return Poll::Ready(accepted.and_then(|socket| self.transport.connection(socket)));
            }
        }
    }
}

fn accept(listener: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    Ok(accept_with(listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK)?)
}

impl Transport {
    fn connection(self, socket: OwnedFd) -> io::Result<Connection> {
        match self {
            Transport::Unix => Connection::from_unix(socket.into()),
            Transport::Tcp(nodelay) => {
                let stream = std::net::TcpStream::from(socket);
                // Fails only if the connection was reset already: reading will tell.
                let _ = stream.set_nodelay(nodelay.is_on());
                Connection::from_tcp(stream)
            }
        }
    }
}
