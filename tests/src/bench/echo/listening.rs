//! Where an echo listens.

use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::bench::connection::Socket;
use crate::{Context, Outcome};

/// A listening socket of either kind.
#[derive(Debug)]
pub(super) enum Listening {
    /// UNIX.
    Unix(UnixListener),
    /// TCP.
    Tcp(TcpListener),
}

impl Listening {
    /// On this path; without one, on the TCP socket that standard input is: whoever starts us has chosen the port.
    ///
    /// # Errors
    /// If the socket can't be made, or standard input is none.
    pub(super) fn at(path: Option<&Path>) -> Outcome<Self> {
        if let Some(path) = path {
            return Ok(Self::Unix(UnixListener::bind(path).context(path.display())?));
        }
        let listener = TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
        listener.local_addr().context("standard input is no listening socket")?;
        Ok(Self::Tcp(listener))
    }

    /// The next connection, on which every write goes out at once.
    ///
    /// # Errors
    /// If the system has none to give.
    pub(super) fn accept(&self) -> io::Result<Socket> {
        match self {
            Self::Unix(listener) => Ok(Socket::Unix(listener.accept()?.0)),
            Self::Tcp(listener) => {
                let (connection, _) = listener.accept()?;
                connection.set_nodelay(true)?;
                Ok(Socket::Tcp(connection))
            }
        }
    }
}
