//! A connected socket of either kind, blocking, and what it connects to.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::PollFlags;

use crate::bench::readiness::is_ready;
use crate::program::Address;
use crate::{Failure, Outcome};

/// Something to connect to.
pub trait Peer {
    /// Where it listens.
    fn address(&self) -> Address;
}

impl Peer for Path {
    fn address(&self) -> Address {
        Address::Unix(self.to_owned())
    }
}

impl Peer for PathBuf {
    fn address(&self) -> Address {
        self.as_path().address()
    }
}

impl Peer for Address {
    fn address(&self) -> Address {
        self.clone()
    }
}

/// The socket.
#[derive(Debug)]
pub enum Socket {
    /// UNIX.
    Unix(UnixStream),
    /// TCP, on which every write goes out at once.
    Tcp(TcpStream),
}

impl Socket {
    /// Connects; neither reading nor writing will wait longer than `at_most`.
    ///
    /// # Errors
    /// If it is refused.
    pub fn connect(address: &Address, at_most: Duration) -> io::Result<Self> {
        match address {
            Address::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(at_most))?;
                stream.set_write_timeout(Some(at_most))?;
                Ok(Self::Unix(stream))
            }
            Address::Tcp(address) => {
                let stream = TcpStream::connect_timeout(address, at_most)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(at_most))?;
                stream.set_write_timeout(Some(at_most))?;
                Ok(Self::Tcp(stream))
            }
        }
    }

    /// Whether there is nothing to read, not even the end.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn is_silent(&self) -> Outcome<bool> {
        Ok(!self.has_input(Duration::ZERO)?)
    }

    /// Waits for something to read, or the end, but not longer than `at_most`; says whether it came.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn has_input(&self, at_most: Duration) -> Outcome<bool> {
        is_ready(self, PollFlags::IN, at_most)
    }

    /// From now on neither reads nor writes wait.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_nonblocking(true),
            Self::Tcp(stream) => stream.set_nonblocking(true),
        }
    }

    /// Reads what is there, which is nothing if reads do not wait and nothing has come.
    ///
    /// # Errors
    /// If the peer has closed.
    pub fn receive(&mut self, buffer: &mut [u8]) -> Outcome<usize> {
        match self.read(buffer) {
            Ok(0) => Err(Failure::new("the server closed the connection")),
            Ok(count) => Ok(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(stream) => stream.as_fd(),
            Self::Tcp(stream) => stream.as_fd(),
        }
    }
}
