//! Notices that a peer is gone, also while nobody reads and unread data are waiting.
//!
//! A second descriptor for the same socket is registered with no interest but `EPOLLPRI`. epoll reports `EPOLLHUP`
//! and `EPOLLERR` unasked, so this registration wakes when both directions are down or the connection broke, and at
//! no other time. The descriptor that data are read from keeps its own readiness: watching can't lose a read wake-up.
//! A peer that ends only its own output (TCP FIN, `shutdown(SHUT_WR)`) raises `EPOLLRDHUP`, which isn't asked for.

use crate::registration::register;
use rustix::event::{PollFd, PollFlags, Timespec};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::{Context, Poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A watch on one descriptor.
#[derive(Debug)]
pub(crate) struct HangupWatch {
    fd: AsyncFd<OwnedFd>,
}

impl HangupWatch {
    /// Watches `fd`; needs one more descriptor and the runtime's context.
    pub(crate) fn new(fd: BorrowedFd<'_>) -> io::Result<Self> {
        let fd = fd.try_clone_to_owned()?;
        let fd = register(fd, Interest::PRIORITY).map_err(|(_, reason)| reason)?;
        Ok(HangupWatch { fd })
    }

    /// Ready when the peer hung up, and from then on always.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        // "Write closed" is tokio's name for EPOLLHUP, or EPOLLERR alone. Writability itself is never registered for.
        // An error here means that the runtime is shutting down: nothing will come from that peer either.
        self.fd.poll_write_ready(cx).map(drop)
    }

    /// Asks the kernel, without waiting.
    pub(crate) fn is_hung_up(&self) -> bool {
        is_hung_up(self.fd.as_fd())
    }
}

/// Whether poll(2) reports POLLHUP or POLLERR for `fd` right now.
pub(crate) fn is_hung_up(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(&fd, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    match rustix::event::poll(&mut fds, Some(&at_once)) {
        Ok(_) => fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR),
        Err(_) => false,
    }
}
