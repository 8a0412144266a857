//! One connection: bytes in, bytes out, and the news that the peer is gone.

use crate::drain;
use crate::fd_end::FdEnd;
use crate::hangup::HangupWatch;
use crate::memory::MemoryPeer;
use crate::socket::Socket;
use crate::stdio::StdioClaim;
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use rustix::net::sockopt;
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::ReadBuf;

/// A byte stream in both directions, from one peer.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    peer: String,
}

#[derive(Debug)]
enum Stream {
    Socket(Socket),
    Pair(FdPair),
    Memory(MemoryPeer),
}

/// Two descriptors, one for each direction.
#[derive(Debug)]
pub(crate) struct FdPair {
    pub(crate) input: FdEnd,
    pub(crate) output: FdEnd,
    pub(crate) claim: Option<StdioClaim>,
}

impl Connection {
    /// The socket must not block.
    pub(crate) fn from_unix(socket: UnixStream) -> io::Result<Self> {
        let peer = match getsockopt(&socket, PeerCredentials) {
            Ok(peer) => format!("unix:pid={},uid={},gid={}", peer.pid(), peer.uid(), peer.gid()),
            // A filter of system calls may forbid to ask; the client is served all the same.
            Err(error) => {
                tracing::debug!(%error, "peer_not_told");
                "unix".to_owned()
            }
        };
        Ok(Connection { stream: Stream::Socket(Socket::new(socket.into())?), peer })
    }

    /// The socket must not block.
    pub(crate) fn from_tcp(socket: TcpStream) -> io::Result<Self> {
        let peer = match socket.peer_addr() {
            Ok(address) => format!("tcp:{address}"),
            // It was reset before we looked; reading will tell.
            Err(_) => "tcp".to_owned(),
        };
        keep_alive(socket.as_fd());
        Ok(Connection { stream: Stream::Socket(Socket::new(socket.into())?), peer })
    }

    pub(crate) fn from_pair(pair: FdPair, peer: String) -> Self {
        Connection { stream: Stream::Pair(pair), peer }
    }

    pub(crate) fn from_memory(peer: MemoryPeer) -> Self {
        Connection { stream: Stream::Memory(peer), peer: "memory".to_owned() }
    }

    /// Reads into `buf`. Ready with nothing filled: the peer has ended its output.
    ///
    /// # Errors
    /// What the operating system said; the connection is of no more use.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Socket(socket) => socket.poll_read(cx, buf),
            Stream::Pair(pair) => pair.input.poll_read(cx, buf),
            Stream::Memory(peer) => peer.poll_read(cx, buf),
        }
    }

    /// Writes from `bufs` as much as there is room for, and tells how many bytes that was.
    ///
    /// Afterwards, reading and hanging up have to be polled again: when there begins or ceases to be no room, whoever
    /// waited for them is forgotten. Who is told that there is no room must write again when woken: until then a wait for
    /// the end of a peer that has room again goes round and round.
    ///
    /// # Errors
    /// What the operating system said; the connection is of no more use.
    pub fn poll_write_vectored(&mut self, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Socket(socket) => socket.poll_write_vectored(cx, bufs),
            Stream::Pair(pair) => pair.output.poll_write_vectored(cx, bufs),
            Stream::Memory(peer) => peer.poll_write_vectored(cx, bufs),
        }
    }

    /// Ready when the peer can neither send nor receive any more: it closed both directions, or the connection broke.
    /// Also while nobody reads, with unread data waiting; those can still be read afterwards. Ready for ever then.
    ///
    /// A peer that only ended its output is not hung up. Over TCP that is also what a peer looks like that closed its
    /// socket, until something is written to it.
    pub fn poll_hangup(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.stream {
            Stream::Socket(socket) => socket.poll_hangup(cx),
            Stream::Pair(pair) => pair.poll_hangup(cx),
            Stream::Memory(peer) => peer.poll_hangup(cx),
        }
    }

    /// The same as [`poll_hangup`](Self::poll_hangup), asked of the kernel at once.
    pub fn is_hung_up(&self) -> bool {
        match &self.stream {
            Stream::Socket(socket) => socket.is_hung_up(),
            Stream::Pair(pair) => pair.is_hung_up(),
            Stream::Memory(peer) => peer.is_hung_up(),
        }
    }

    /// Ends the connection in good order: what was written arrives, then the peer reads the end of output.
    ///
    /// Input that was not read is thrown away. A shared descriptor is blocking again afterwards. Drop the value then;
    /// of stdio the peer sees the end when the process ends.
    pub fn finish(&mut self) {
        match &mut self.stream {
            Stream::Socket(socket) => socket.fd().into_iter().for_each(drain::shut_down),
            Stream::Pair(pair) => {
                pair.input.restore();
                pair.output.restore();
            }
            Stream::Memory(peer) => peer.close(),
        }
    }

    /// Who it is: `unix:pid=4711,uid=1000,gid=1000`, `tcp:127.0.0.1:53412`, `stdio`, `fd:5`, `memory`.
    ///
    /// On a UNIX socket that is the process at the other end when the connection was made (`SO_PEERCRED` of unix(7)): who
    /// connected, who listens, or who made the pair; pid 0 is one of another PID namespace. Who the socket was handed
    /// to since is not known.
    pub fn peer(&self) -> &str {
        &self.peer
    }
}

impl FdPair {
    /// Both ends must be down: output goes on when input has ended. An input that can't hang up counts as down.
    fn poll_hangup(&self, cx: &mut Context<'_>) -> Poll<()> {
        let input = self.input.watch().map_or(Poll::Ready(()), |watch| watch.poll(cx));
        let output = self.output.watch().map_or(Poll::Pending, |watch| watch.poll(cx));
        if input.is_ready() && output.is_ready() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn is_hung_up(&self) -> bool {
        self.input.watch().is_none_or(HangupWatch::is_hung_up)
            && self.output.watch().is_some_and(HangupWatch::is_hung_up)
    }
}

/// A peer that vanished without a word is noticed after about two minutes: it holds the place that the next one waits for.
fn keep_alive(socket: BorrowedFd<'_>) {
    let set = sockopt::set_socket_keepalive(socket, true)
        .and_then(|()| sockopt::set_tcp_keepidle(socket, Duration::from_secs(60)))
        .and_then(|()| sockopt::set_tcp_keepintvl(socket, Duration::from_secs(10)))
        .and_then(|()| sockopt::set_tcp_keepcnt(socket, 6));
    if let Err(error) = set {
        // A connection that was reset already; reading will tell.
        tracing::debug!(%error, "keepalive_not_set");
    }
}
