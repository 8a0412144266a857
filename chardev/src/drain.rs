//! Ends a socket so that what was sent last still arrives.

use rustix::net::{RecvFlags, Shutdown};
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

/// More than any receive buffer holds by default; a bound, since a TCP peer may go on sending.
const DRAIN_LIMIT_BYTES: usize = 16 << 20;

/// Shuts both directions down and throws away what was received but never read.
///
/// Closing a socket that holds unread data resets the connection: the peer would read ECONNRESET in place of the end
/// of output, and over TCP it could even lose the last reply.
pub(crate) fn shut_down(socket: BorrowedFd<'_>) {
    // Fails when the peer has already reset the connection: then there is nothing left to end.
    let _ = rustix::net::shutdown(socket, Shutdown::Both);
    let mut buffer = [MaybeUninit::<u8>::uninit(); 16 * 1024];
    let mut drained = 0;
    while drained < DRAIN_LIMIT_BYTES {
        match rustix::net::recv(socket, &mut buffer[..], RecvFlags::DONTWAIT) {
            Ok((([], _), _)) | Err(_) => return,
            Ok(((received, _), _)) => drained += received.len(),
        }
    }
}
