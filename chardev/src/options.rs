//! A chardev's options: which transport, and how it behaves.

pub(crate) mod list;

use crate::fd::FdOptions;
use crate::memory::{self, MemoryQueue};
use crate::tcp::TcpOptions;
use crate::unix::UnixOptions;
use crate::{MemoryConnector, OptionError, OptionList};
use std::fmt;
use std::str::FromStr;

/// What a chardev is to be; the crate's table lists the kinds.
///
/// Displayed in canonical form, which [`from_str`](FromStr) reads back (except for `memory`, which has no text).
#[derive(Clone, Debug)]
pub struct ChardevOptions {
    pub(crate) kind: Kind,
}

/// One variant for each transport.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Unix(UnixOptions),
    Tcp(TcpOptions),
    Stdio,
    Fd(FdOptions),
    Null,
    Memory(MemoryQueue),
}

impl ChardevOptions {
    /// Takes what belongs to the chardev out of `list` and leaves the rest.
    ///
    /// # Errors
    /// An unknown kind, an address that makes no sense, an option with an impossible value or in the wrong role.
    pub fn from_list(list: &mut OptionList) -> Result<Self, OptionError> {
        let head = list.head().to_owned();
        let kind = match head.split_once(':') {
            Some(("unix", path)) => Kind::Unix(UnixOptions::take(path, list)?),
            Some(("tcp", address)) => Kind::Tcp(TcpOptions::take(address, list)?),
            Some(("fd", number)) => Kind::Fd(FdOptions::take(number, list)?),
            None if head == "stdio" => Kind::Stdio,
            None if head == "null" => Kind::Null,
            Some(_) | None => return Err(OptionError::UnknownKind { head }),
        };
        Ok(ChardevOptions { kind })
    }

    /// A chardev in memory, with 64 KiB of buffer in each direction, and what makes clients for it.
    pub fn memory() -> (ChardevOptions, MemoryConnector) {
        Self::memory_with_buffer(64 * 1024)
    }

    /// A chardev in memory with `buffer_bytes` in each direction: a writer that is so far ahead has to wait.
    pub fn memory_with_buffer(buffer_bytes: usize) -> (ChardevOptions, MemoryConnector) {
        let (queue, connector) = memory::pair(buffer_bytes);
        (ChardevOptions { kind: Kind::Memory(queue) }, connector)
    }

    /// Whether the program is to wait for the first client before it goes on: a server with `wait=on`, the default.
    pub fn waits_for_client(&self) -> bool {
        match &self.kind {
            Kind::Unix(unix) => unix.role.waits(),
            Kind::Tcp(tcp) => tcp.role.waits(),
            Kind::Stdio | Kind::Fd(_) | Kind::Null | Kind::Memory(_) => false,
        }
    }

    /// Whether the chardev can only be served by the main loop, so that its monitor can't offer `oob`.
    ///
    /// False for every kind there is today.
    pub fn is_main_loop_only(&self) -> bool {
        match self.kind {
            Kind::Unix(_) | Kind::Tcp(_) | Kind::Stdio | Kind::Fd(_) | Kind::Null | Kind::Memory(_) => false,
        }
    }
}

impl FromStr for ChardevOptions {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let mut list = OptionList::parse(text)?;
        let options = Self::from_list(&mut list)?;
        list.finish()?;
        Ok(options)
    }
}

impl fmt::Display for ChardevOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Unix(unix) => unix.fmt(f),
            Kind::Tcp(tcp) => tcp.fmt(f),
            Kind::Stdio => f.write_str("stdio"),
            Kind::Fd(fd) => fd.fmt(f),
            Kind::Null => f.write_str("null"),
            Kind::Memory(_) => f.write_str("memory"),
        }
    }
}
