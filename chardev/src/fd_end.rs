//! One direction of a connection over plain descriptors: a terminal, a pipe, a file.

use crate::hangup::HangupWatch;
use crate::nonblocking::SharedNonBlocking;
use crate::registration::register;
use rustix::fs::{FileType, Mode, OFlags, fcntl_getfl, fstat, open};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll, ready};
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, ReadBuf};

/// What the descriptor is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Input,
    Output,
}

/// A descriptor that is read from or written to.
#[derive(Debug)]
pub(crate) struct FdEnd {
    io: FdIo,
    /// Dropped after `io`: the flag is given back when nobody here uses the descriptor any more.
    shared: Option<SharedNonBlocking>,
}

#[derive(Debug)]
enum FdIo {
    /// epoll tells when it is ready, and when it hung up.
    Polled(AsyncFd<OwnedFd>, HangupWatch),
    /// A regular file or /dev/null, which epoll refuses: it never blocks, so it is read and written directly.
    Direct(OwnedFd),
}

impl FdEnd {
    /// Opens `fd` anew, or duplicates it where that can't be; the original stays as it is.
    pub(crate) fn new(fd: BorrowedFd<'_>, direction: Direction) -> io::Result<Self> {
        let (fd, shared) = match reopen(fd, direction)? {
            Some(private) => (private, None),
            None => (fd.try_clone_to_owned()?, SharedNonBlocking::set(fd)?),
        };
        let interest = match direction {
            Direction::Input => Interest::READABLE,
            Direction::Output => Interest::WRITABLE,
        };
        let io = match register(fd, interest) {
            Ok(polled) => {
                let watch = HangupWatch::new(polled.as_fd())?;
                FdIo::Polled(polled, watch)
            }
            Err((fd, reason)) if reason.raw_os_error() == Some(Errno::PERM.raw_os_error()) => FdIo::Direct(fd),
            Err((_, reason)) => return Err(reason),
        };
        Ok(FdEnd { io, shared })
    }

    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = match &self.io {
            FdIo::Direct(fd) => rustix::io::read(fd, buf.initialize_unfilled())?,
            FdIo::Polled(fd, _) => loop {
                let mut guard = ready!(fd.poll_read_ready(cx))?;
                match guard.try_io(|fd| Ok(rustix::io::read(fd, buf.initialize_unfilled())?)) {
                    Ok(Err(interrupted)) if interrupted.kind() == io::ErrorKind::Interrupted => {}
                    Ok(result) => break result?,
                    Err(_would_block) => {}
                }
            },
        };
        buf.advance(length);
        Poll::Ready(Ok(()))
    }

    pub(crate) fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let fd = match &self.io {
            FdIo::Direct(fd) => return Poll::Ready(Ok(rustix::io::writev(fd, bufs)?)),
            FdIo::Polled(fd, _) => fd,
        };
        loop {
            let mut guard = ready!(fd.poll_write_ready(cx))?;
            match guard.try_io(|fd| Ok(rustix::io::writev(fd, bufs)?)) {
                Ok(Err(interrupted)) if interrupted.kind() == io::ErrorKind::Interrupted => {}
                Ok(result) => return Poll::Ready(result),
                Err(_would_block) => {}
            }
        }
    }

    /// The watch, where there can be one.
    pub(crate) fn watch(&self) -> Option<&HangupWatch> {
        match &self.io {
            FdIo::Polled(_, watch) => Some(watch),
            FdIo::Direct(_) => None,
        }
    }

    /// Makes a shared descriptor blocking again.
    pub(crate) fn restore(&mut self) {
        self.shared = None;
    }
}

/// A private open file description of the same terminal or pipe, non-blocking.
///
/// Then nothing that is set on it can reach the processes that we share the original with, and not even SIGKILL
/// leaves a terminal non-blocking. Not for a regular file, since the offset must stay shared; None there and wherever
/// the kernel refuses (sockets, changed privileges).
fn reopen(fd: BorrowedFd<'_>, direction: Direction) -> io::Result<Option<OwnedFd>> {
    let is_pipe = FileType::from_raw_mode(fstat(fd)?.st_mode) == FileType::Fifo;
    if !is_pipe && !rustix::termios::isatty(fd) {
        return Ok(None);
    }
    let access = match direction {
        Direction::Input => OFlags::RDONLY,
        Direction::Output => OFlags::WRONLY,
    };
    // /proc would even let us turn a descriptor around; what we were given stays the limit.
    let given = fcntl_getfl(fd)? & OFlags::RWMODE;
    if given != OFlags::RDWR && given != access {
        return Err(io::Error::from(Errno::BADF));
    }
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    Ok(open(path, access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).ok())
}
