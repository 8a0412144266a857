//! `unix:PATH`: listening on a socket file, and connecting to one.

mod directory_lock;
mod socket_file;

pub(crate) use socket_file::SocketFile;

use crate::bound::{BoundListener, BoundSource, StdListener, StdStream};
use crate::dialer::Target;
use crate::options::list::escape;
use crate::role::Role;
use crate::{ChardevError, OptionError, OptionList};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::fmt;
use std::os::fd::OwnedFd;

/// `sun_path` has 108 bytes, and the last one is a NUL.
const PATH_BYTES_MAX: usize = 107;

/// `unix:PATH[,server=on[,wait=off]][,reconnect=S]`.
#[derive(Clone, Debug)]
pub(crate) struct UnixOptions {
    path: String,
    pub(crate) role: Role,
}

impl UnixOptions {
    pub(crate) fn take(path: &str, list: &mut OptionList) -> Result<Self, OptionError> {
        let wrong = |problem| OptionError::Address { head: list.head().to_owned(), problem };
        if path.is_empty() {
            return Err(wrong("unix:PATH needs a path"));
        }
        if path.contains('\0') {
            return Err(wrong("a path can't contain NUL"));
        }
        Ok(UnixOptions { path: path.to_owned(), role: Role::take(list)? })
    }

    /// Claims the socket file; a client without `reconnect=` connects.
    pub(crate) fn bind(&self, chardev: &str) -> Result<BoundSource, ChardevError> {
        let length = self.path.len();
        if length > PATH_BYTES_MAX {
            return Err(ChardevError::PathTooLong { chardev: chardev.to_owned(), length });
        }
        match self.role {
            Role::Server { .. } => {
                let (socket, file) = socket_file::claim(chardev, &self.path)?;
                Ok(BoundSource::Listener(BoundListener::with_file(StdListener::Unix(socket), file)))
            }
            Role::Client { reconnect: Some(pause) } => Ok(BoundSource::Dial(Target::Unix(self.path.clone()), pause)),
            Role::Client { reconnect: None } => match connect(&self.path) {
                Ok(socket) => Ok(BoundSource::Stream(StdStream::Unix(socket.into()))),
                Err(errno) => Err(ChardevError::Connect {
                    chardev: chardev.to_owned(),
                    place: self.path.clone(),
                    reason: errno.into(),
                }),
            },
        }
    }

    /// The socket file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// Connects without ever blocking: EAGAIN if the server's backlog is full.
fn connect(path: &str) -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket)
}

impl fmt::Display for UnixOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unix:{}{}", escape(&self.path), self.role)
    }
}
