//! Takes ownership of a descriptor that is known only by its number. The crate's one use of `unsafe`.

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::PoisonError;

#[expect(clippy::disallowed_types, reason = "a number must not be claimed twice by two threads; held for two fcntl")]
static CLAIMING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Claims descriptor `number`, marks it close-on-exec and owns it from then on.
///
/// A descriptor that came through exec(2) can't have the close-on-exec flag; everything that Rust's std, tokio and
/// rustix open in this process has it. So the flag tells an inherited descriptor from one that happens to have the
/// same number but belongs to somebody else here, and from one that was already claimed.
///
/// # Errors
/// What is wrong with that number, to be read after "descriptor N ".
#[allow(unsafe_code)]
pub(super) fn claim(number: RawFd) -> Result<OwnedFd, &'static str> {
    if number <= 2 {
        return Err("is one of the standard descriptors; use the chardev 'stdio'");
    }
    let _one_at_a_time = CLAIMING.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the borrow ends within this function. If the number is not open, the two fcntl fail with EBADF and
    // nothing else is done with it.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    let Ok(flags) = fcntl_getfd(borrowed) else {
        return Err("is not open; was it passed to this program?");
    };
    if flags.contains(FdFlags::CLOEXEC) {
        return Err("was not inherited (it is close-on-exec), or is already in use by another monitor");
    }
    if fcntl_setfd(borrowed, flags | FdFlags::CLOEXEC).is_err() {
        return Err("can't be marked close-on-exec");
    }
    // SAFETY: it is open, and by the argument above nobody else in this process owns it: the user named it as one
    // that was passed for this purpose, and from here on its flag keeps it from being claimed again.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
