//! Registers plain descriptors with the runtime, with no unsafe code.

use std::io;
use std::os::fd::OwnedFd;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Registers `fd` with the runtime in whose context this is called.
///
/// # Errors
/// epoll refuses it (EPERM: it can't be waited for); the descriptor comes back.
#[allow(deprecated, reason = "unsound only for types whose descriptor changes or closes early; OwnedFd does neither")]
pub(crate) fn register(fd: OwnedFd, interest: Interest) -> Result<AsyncFd<OwnedFd>, (OwnedFd, io::Error)> {
    AsyncFd::try_with_interest(fd, interest).map_err(|refused| refused.into_parts())
}
