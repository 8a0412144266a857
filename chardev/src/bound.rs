//! A chardev that has what it needs from the operating system, but no runtime yet.

use crate::chardev::{Chardev, Source};
use crate::connection::Connection;
use crate::dialer::{Dialer, Target};
use crate::listener::{Listener, ListeningSocket, Transport};
use crate::memory::MemoryListener;
use crate::nonblocking::SharedNonBlocking;
use crate::options::Kind;
use crate::stdio::{self, StdioClaim};
use crate::unix::SocketFile;
use crate::{ChardevError, ChardevOptions, Switch};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

/// A chardev that is bound: its socket listens (clients queue up already), its descriptor is claimed.
///
/// Dropping it closes everything again and removes its socket file.
#[derive(Debug)]
pub struct BoundChardev {
    name: String,
    source: BoundSource,
}

#[derive(Debug)]
pub(crate) enum BoundSource {
    Listener(BoundListener),
    Stream(StdStream),
    Dial(Target, Duration),
    Stdio(StdioClaim),
    Pair(OwnedFd, OwnedFd),
    Memory(MemoryListener),
    Null,
}

#[derive(Debug)]
pub(crate) struct BoundListener {
    // Dropped first: a file must be removed while its socket still listens.
    file: Option<SocketFile>,
    socket: StdListener,
    origin: Origin,
}

/// Where a listening socket comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Created,
    Inherited,
}

#[derive(Debug)]
pub(crate) enum StdListener {
    Unix(UnixListener),
    Tcp(TcpListener, Switch),
}

#[derive(Debug)]
pub(crate) enum StdStream {
    Unix(UnixStream),
    Tcp(TcpStream, Switch),
}

impl ChardevOptions {
    /// Takes the socket file, port or descriptor. On any thread; no runtime is needed.
    ///
    /// A client without `reconnect=` makes its one connection here (TCP: 10 s at most for each address), so that
    /// the failure can be told; with `reconnect=` it is made by [`Chardev::poll_connection`].
    ///
    /// # Errors
    /// One line that says what is wrong, where, and what to do.
    pub fn bind(self) -> Result<BoundChardev, ChardevError> {
        let chardev = self.to_string();
        let source = match &self.kind {
            Kind::Unix(unix) => unix.bind(&chardev)?,
            Kind::Tcp(tcp) => tcp.bind(&chardev)?,
            Kind::Fd(fd) => fd.bind(&chardev)?,
            Kind::Null => BoundSource::Null,
            Kind::Stdio => match StdioClaim::take() {
                Some(claim) => BoundSource::Stdio(claim),
                None => return Err(ChardevError::InUse { chardev }),
            },
            Kind::Memory(queue) => match MemoryListener::claim(queue) {
                Some(listener) => BoundSource::Memory(listener),
                None => return Err(ChardevError::InUse { chardev }),
            },
        };
        Ok(BoundChardev { name: source.name(&self.kind), source })
    }
}

impl BoundChardev {
    /// Hands the chardev to the tokio runtime in whose context this is called, with I/O and time enabled.
    ///
    /// # Errors
    /// The runtime can't take it, for want of descriptors for instance. What was bound is released.
    pub fn register(self) -> io::Result<Chardev> {
        let BoundChardev { name, source } = self;
        let source = match source {
            BoundSource::Listener(listener) => Source::Listener(listener.register()?),
            BoundSource::Stream(stream) => Source::once(stream.register()?),
            BoundSource::Dial(target, pause) => Source::Dialer(Dialer::new(target, pause)),
            BoundSource::Stdio(claim) => Source::once(stdio::connect(claim)?),
            BoundSource::Pair(input, output) => {
                let pair = stdio::pair(input.as_fd(), output.as_fd())?;
                Source::once(Connection::from_pair(pair, name.clone()))
            }
            BoundSource::Memory(listener) => Source::Memory(listener),
            BoundSource::Null => Source::Null,
        };
        Ok(Chardev::new(name, source))
    }

    /// Where it can be reached: `unix:/tmp/qmp.sock`, `tcp:127.0.0.1:4444` (the real port when 0 was asked for),
    /// `stdio`, `fd:5`, `null`, `memory`. For a client, whom it connects to.
    pub fn local_name(&self) -> String {
        self.name.clone()
    }
}

impl BoundSource {
    fn name(&self, kind: &Kind) -> String {
        match (self, kind) {
            (BoundSource::Listener(BoundListener { socket: StdListener::Tcp(socket, _), .. }), Kind::Tcp(tcp)) => {
                socket.local_addr().map_or_else(|_| format!("tcp:{}", tcp.place()), |address| format!("tcp:{address}"))
            }
            (_, Kind::Tcp(tcp)) => format!("tcp:{}", tcp.place()),
            (_, Kind::Unix(unix)) => format!("unix:{}", unix.path()),
            (_, Kind::Fd(fd)) => format!("fd:{}", fd.number()),
            (_, Kind::Stdio) => "stdio".to_owned(),
            (_, Kind::Null) => "null".to_owned(),
            (_, Kind::Memory(_)) => "memory".to_owned(),
        }
    }
}

impl BoundListener {
    /// A socket of our own, already non-blocking.
    pub(crate) fn new(socket: StdListener) -> Self {
        BoundListener { file: None, socket, origin: Origin::Created }
    }

    /// The same, with its file.
    pub(crate) fn with_file(socket: StdListener, file: SocketFile) -> Self {
        BoundListener { file: Some(file), socket, origin: Origin::Created }
    }

    /// A socket that other processes may share; its file, if it has one, isn't ours to remove.
    pub(crate) fn inherited(socket: StdListener) -> Self {
        BoundListener { file: None, socket, origin: Origin::Inherited }
    }

    fn register(self) -> io::Result<Listener> {
        let fd = match &self.socket {
            StdListener::Unix(socket) => socket.as_fd(),
            StdListener::Tcp(socket, _) => socket.as_fd(),
        };
        let shared = match self.origin {
            Origin::Created => None,
            Origin::Inherited => SharedNonBlocking::set(fd)?,
        };
        let socket = match self.socket {
            StdListener::Unix(socket) => ListeningSocket::new(socket.into(), Transport::Unix)?,
            StdListener::Tcp(socket, nodelay) => ListeningSocket::new(socket.into(), Transport::Tcp(nodelay))?,
        };
        Ok(Listener::new(socket, self.file, shared))
    }
}

impl StdStream {
    fn register(self) -> io::Result<Connection> {
        match self {
            StdStream::Unix(socket) => {
                socket.set_nonblocking(true)?;
                Connection::from_unix(socket)
            }
            StdStream::Tcp(socket, nodelay) => {
                socket.set_nonblocking(true)?;
                socket.set_nodelay(nodelay.is_on())?;
                Connection::from_tcp(socket)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_be_sent<T: Send + Unpin + 'static>() {}

    #[test]
    fn everything_can_move_between_threads() {
        can_be_sent::<ChardevOptions>();
        can_be_sent::<BoundChardev>();
        can_be_sent::<Chardev>();
        can_be_sent::<Connection>();
        can_be_sent::<crate::MemoryConnector>();
        can_be_sent::<crate::MemoryStream>();
    }
}
