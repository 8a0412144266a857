//! One starter at a time in one directory.

use crate::ChardevError;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use rustix::io::Errno;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

/// Held by others for a few system calls; far longer means that somebody else has a use for such locks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// An exclusive flock(2) on the directory itself: no lock file that could be left over, and the kernel lets go of it
/// when we die.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    _directory: OwnedFd,
}

impl DirectoryLock {
    /// Waits until nobody else starts in `directory`.
    pub(super) fn take(chardev: &str, directory: &Path) -> Result<Self, ChardevError> {
        let name = directory.display().to_string();
        let chardev = chardev.to_owned();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let lock = match open(directory, flags, Mode::empty()) {
            Ok(fd) => DirectoryLock { _directory: fd },
            Err(Errno::NOENT) => return Err(ChardevError::NoDirectory { chardev, directory: name }),
            Err(Errno::ACCESS | Errno::PERM) => {
                return Err(ChardevError::NoPermission { chardev, action: format!("open the directory {name}") });
            }
            Err(errno) => return Err(ChardevError::Listen { chardev, place: name, reason: errno.into() }),
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Not the blocking form: whoever can read the directory can hold such a lock for ever.
            match flock(&lock._directory, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(lock),
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) if Instant::now() < deadline => std::thread::sleep(PAUSE),
                Err(Errno::WOULDBLOCK) => return Err(ChardevError::DirectoryLocked { chardev, directory: name }),
                Err(errno) => {
                    // Some network file systems have no lock for directories. bind(2) alone still refuses a path that
                    // exists; only two starters that both replace one stale file are not kept apart then.
                    tracing::warn!(directory = name, %errno, "cannot lock the socket's directory, going on without");
                    return Ok(lock);
                }
            }
        }
    }
}
