//! O_NONBLOCK on open file descriptions that we share with other processes, and its way back.
//!
//! The flag belongs to the open file description. If the shell's terminal is left non-blocking, the shell's next
//! `cat` fails with EAGAIN. So it is set only where the descriptor can't be opened anew, and it is taken back when
//! the connection ends, when it is dropped, and by [`restore_terminal`] where nothing is dropped.

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Arc, PoisonError};

/// What is to be restored.
#[expect(
    clippy::disallowed_types,
    reason = "a panic hook has no mailbox; held for a push or a remove, never across a call"
)]
static CHANGED: std::sync::Mutex<Vec<Arc<OwnedFd>>> = std::sync::Mutex::new(Vec::new());

/// Gives back every descriptor that a chardev made non-blocking and shares with other processes (stdio above all).
///
/// For exits that drop nothing: a panic hook, before `std::process::exit`, after a signal was received by tokio.
/// Not for a raw signal handler: it takes a lock. Calling it twice does no harm; chardevs that still live may block
/// afterwards. Terminal modes (echo, line editing) are never changed in the first place.
pub fn restore_terminal() {
    for fd in CHANGED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        make_blocking(&fd);
    }
}

/// Has made a shared open file description non-blocking; makes it blocking again when dropped.
#[derive(Debug)]
pub(crate) struct SharedNonBlocking {
    fd: Arc<OwnedFd>,
}

impl SharedNonBlocking {
    /// Makes `fd` non-blocking. None if it already was: then somebody wants it that way.
    pub(crate) fn set(fd: BorrowedFd<'_>) -> io::Result<Option<Self>> {
        let flags = fcntl_getfl(fd)?;
        if flags.contains(OFlags::NONBLOCK) {
            return Ok(None);
        }
        let fd = Arc::new(fd.try_clone_to_owned()?);
        CHANGED.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&fd));
        let guard = SharedNonBlocking { fd };
        fcntl_setfl(&*guard.fd, flags | OFlags::NONBLOCK)?;
        Ok(Some(guard))
    }
}

impl Drop for SharedNonBlocking {
    fn drop(&mut self) {
        CHANGED.lock().unwrap_or_else(PoisonError::into_inner).retain(|fd| !Arc::ptr_eq(fd, &self.fd));
        make_blocking(&self.fd);
    }
}

fn make_blocking(fd: &OwnedFd) {
    if let Ok(flags) = fcntl_getfl(fd) {
        // Nothing can be done about a failure on the way out.
        let _ = fcntl_setfl(fd, flags - OFlags::NONBLOCK);
    }
}
