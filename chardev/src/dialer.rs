//! A client with `reconnect=`: connects, and connects again some seconds after each end or failure.
//!
//! ```text
//!   Ready --poll--> Connecting --connected--> HandedOut --poll (the connection ended)--+
//!     ^                  |                                                             |
//!     +----- Pausing <---+ failed                                                      |
//!     after the pause ^----------------------------------------------------------------+
//! ```

use crate::{Connection, Switch};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::Sleep;

/// Whom to connect to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Unix(String),
    Tcp { addresses: Vec<SocketAddr>, nodelay: Switch, name: String },
}

pub(crate) struct Dialer {
    target: Target,
    pause: Duration,
    state: State,
    /// Failures since the last success: only the first of a streak is reported.
    failures: u64,
}

enum State {
    Ready,
    Connecting(Pin<Box<dyn Future<Output = io::Result<Connection>> + Send>>),
    HandedOut,
    Pausing(Pin<Box<Sleep>>),
}

impl Dialer {
    pub(crate) fn new(target: Target, pause: Duration) -> Self {
        Dialer { target, pause, state: State::Ready, failures: 0 }
    }

    pub(crate) fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Connection> {
        loop {
            self.state = match &mut self.state {
                State::Ready => State::Connecting(Box::pin(self.target.clone().connect())),
                State::Connecting(attempt) => match ready!(attempt.as_mut().poll(cx)) {
                    Ok(connection) => {
                        self.failures = 0;
                        self.state = State::HandedOut;
                        return Poll::Ready(connection);
                    }
                    Err(error) => self.failed(&error),
                },
                // A peer that accepts and closes at once must not make us spin either: the pause comes always.
                State::HandedOut => self.pausing(),
                State::Pausing(sleep) => {
                    ready!(sleep.as_mut().poll(cx));
                    State::Ready
                }
            };
        }
    }

    fn failed(&mut self, error: &io::Error) -> State {
        if self.failures == 0 {
            tracing::warn!(peer = %self.target, %error, "cannot connect; trying again");
        }
        self.failures += 1;
        self.pausing()
    }

    fn pausing(&self) -> State {
        State::Pausing(Box::pin(tokio::time::sleep(self.pause)))
    }
}

impl Target {
    async fn connect(self) -> io::Result<Connection> {
        match self {
            Target::Unix(path) => Connection::from_unix(UnixStream::connect(path).await?.into_std()?),
            Target::Tcp { addresses, nodelay, .. } => {
                let stream = TcpStream::connect(addresses.as_slice()).await?;
                stream.set_nodelay(nodelay.is_on())?;
                Connection::from_tcp(stream.into_std()?)
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Unix(path) => write!(f, "unix:{path}"),
            Target::Tcp { name, .. } => write!(f, "tcp:{name}"),
        }
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").field("target", &self.target).field("pause", &self.pause).finish_non_exhaustive()
    }
}
