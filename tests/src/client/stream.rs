//! One connection, UNIX or TCP, with a deadline on reading and writing.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::program::{Address, DEADLINE};

/// A connected socket of either kind.
#[derive(Debug)]
pub(super) enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Stream {
    /// Connects. On TCP every write goes out at once, or splitting a request would split nothing.
    pub(super) fn connect(address: &Address) -> io::Result<Self> {
        match address {
            Address::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(DEADLINE))?;
                Ok(Self::Unix(stream))
            }
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(DEADLINE))?;
                Ok(Self::Tcp(stream))
            }
        }
    }

    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.write_all(bytes),
            Self::Tcp(stream) => stream.write_all(bytes),
        }
    }

    /// Reads what is there, waiting for at most `at_most`.
    pub(super) fn read(&mut self, buffer: &mut [u8], at_most: Duration) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => {
                stream.set_read_timeout(Some(at_most))?;
                stream.read(buffer)
            }
            Self::Tcp(stream) => {
                stream.set_read_timeout(Some(at_most))?;
                stream.read(buffer)
            }
        }
    }

    /// Closing resets the connection, where it is one of TCP.
    pub(super) fn reset_on_close(&self) -> io::Result<()> {
        match self {
            Self::Unix(_) => Ok(()),
            Self::Tcp(stream) => Ok(set_socket_linger(stream, Some(Duration::ZERO))?),
        }
    }

    pub(super) fn shutdown(&self, side: Shutdown) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.shutdown(side),
            Self::Tcp(stream) => stream.shutdown(side),
        }
    }
}
