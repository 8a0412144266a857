//! A connected stream socket: both directions, and the news that the peer is gone.
//!
//! ```text
//!                 a write would block: registered anew
//!   INPUT ONLY ------------------------------------------> BOTH DIRECTIONS
//!       ^                                                         |
//!       +--------- a write was taken whole: registered anew ------+
//! ```
//!
//! Output goes straight to the socket, and the runtime is asked to tell of room only while there is none: epoll would
//! otherwise wake this thread each time the peer takes something out of the buffer, which is once for every reply and
//! costs a third of a round trip. Registering anew needs no further descriptor, and reports what is the case by then, so
//! no event is lost in between.
//!
//! `EPOLLHUP` and `EPOLLERR` are reported unasked. A peer that ends only its own output (TCP FIN, `shutdown(SHUT_WR)`)
//! raises `EPOLLRDHUP`, which is no more than the end of input.

use crate::drain;
use crate::hangup::is_hung_up;
use crate::registration::register;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, send, sendmsg};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll, ready};
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, ReadBuf};

/// A connected socket in the runtime's care.
#[derive(Debug)]
pub(crate) struct Socket {
    /// None after it could not be registered anew: it is closed then.
    io: Option<AsyncFd<OwnedFd>>,
    told_of: ToldOf,
}

/// What the runtime tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ToldOf {
    Input,
    InputAndRoom,
}

impl Socket {
    /// Takes a non-blocking socket; needs the runtime's context.
    pub(crate) fn new(socket: OwnedFd) -> io::Result<Self> {
        let io = register(socket, Interest::READABLE).map_err(|(_, reason)| reason)?;
        Ok(Socket { io: Some(io), told_of: ToldOf::Input })
    }

    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let io = self.io()?;
        loop {
            let mut guard = ready!(io.poll_read_ready(cx))?;
            let room = buf.initialize_unfilled();
            let length = match retry_on_intr(|| recv(io, &mut *room, RecvFlags::empty())) {
                Ok((length, _)) => length,
                Err(Errno::AGAIN) => {
                    guard.clear_ready();
                    continue;
                }
                Err(error) => return Poll::Ready(Err(error.into())),
            };
            // Also after a short read there may be more: the kernel stops behind a message that passed descriptors. Only
            // EAGAIN says that there is not, and no further event would.
            buf.advance(length);
            return Poll::Ready(Ok(()));
        }
    }

    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.told_of == ToldOf::Input {
            match write(self.io()?.as_fd(), bufs) {
                Err(Errno::AGAIN) => self.register_anew(ToldOf::InputAndRoom)?,
                written => return Poll::Ready(Ok(written?)),
            }
        }
        loop {
            let io = self.io()?;
            let mut guard = ready!(io.poll_write_ready(cx))?;
            match write(io.as_fd(), bufs) {
                Ok(length) if length == bufs.iter().map(|slice| slice.len()).sum::<usize>() => {
                    self.register_anew(ToldOf::Input)?;
                    return Poll::Ready(Ok(length));
                }
                Ok(length) => {
                    guard.clear_ready();
                    return Poll::Ready(Ok(length));
                }
                Err(Errno::AGAIN) => guard.clear_ready(),
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }

    /// Ready when the peer can neither send nor receive any more, and from then on always.
    pub(crate) fn poll_hangup(&self, cx: &mut Context<'_>) -> Poll<()> {
        // An error here means that the runtime is shutting down, or that the socket is closed already: nothing will come
        // from that peer either.
        let Ok(io) = self.io() else { return Poll::Ready(()) };
        match ready!(io.poll_write_ready(cx)) {
            // Room came after the last write was tried. That is for the writer, who is woken in place of us.
            Ok(guard) if !guard.ready().is_write_closed() => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            // "Write closed" is tokio's name for EPOLLHUP, or EPOLLERR alone.
            Ok(_) | Err(_) => Poll::Ready(()),
        }
    }

    /// Asks the kernel, without waiting.
    pub(crate) fn is_hung_up(&self) -> bool {
        self.io().map_or(true, |io| is_hung_up(io.as_fd()))
    }

    /// The descriptor, unless it is closed.
    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.io.as_ref().map(AsFd::as_fd)
    }

    fn io(&self) -> io::Result<&AsyncFd<OwnedFd>> {
        self.io.as_ref().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn register_anew(&mut self, told_of: ToldOf) -> io::Result<()> {
        let io = self.io.take().ok_or(io::ErrorKind::NotConnected)?;
        let interest = match told_of {
            ToldOf::Input => Interest::READABLE,
            ToldOf::InputAndRoom => Interest::READABLE | Interest::WRITABLE,
        };
        let registered = register(io.into_inner(), interest).map_err(|(socket, reason)| {
            // Nobody can wait for it any more; what was sent last is still to arrive.
            drain::shut_down(socket.as_fd());
            reason
        })?;
        self.io = Some(registered);
        self.told_of = told_of;
        Ok(())
    }
}

/// Never raises SIGPIPE.
fn write(socket: BorrowedFd<'_>, bufs: &[io::IoSlice<'_>]) -> rustix::io::Result<usize> {
    retry_on_intr(|| match bufs {
        [single] => send(socket, single, SendFlags::NOSIGNAL),
        several => sendmsg(socket, several, &mut SendAncillaryBuffer::default(), SendFlags::NOSIGNAL),
    })
}
