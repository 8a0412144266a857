//! `fd:N`: descriptors inherited from the process that started us.

mod claim;

use crate::bound::{BoundListener, BoundSource, StdListener, StdStream};
use crate::tcp::{self, Exposure};
use crate::{ChardevError, OptionError, OptionList, Switch};
use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};
use rustix::net::{AddressFamily, SocketType, sockopt};
use std::fmt;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};

/// `fd:N[,output=M][,insecure=on]`.
#[derive(Clone, Debug)]
pub(crate) struct FdOptions {
    number: i32,
    /// Where output goes when N is for reading only, one of a pair of pipes.
    output: Option<i32>,
    insecure: Switch,
}

impl FdOptions {
    pub(crate) fn take(number: &str, list: &mut OptionList) -> Result<Self, OptionError> {
        let Ok(number) = number.parse::<u16>() else {
            return Err(OptionError::Address {
                head: list.head().to_owned(),
                problem: "fd:N needs a descriptor's number",
            });
        };
        let output = list.take_number::<u16>("output")?.map(i32::from);
        let insecure = list.take_switch("insecure")?.unwrap_or(Switch::Off);
        Ok(FdOptions { number: number.into(), output, insecure })
    }

    /// Claims the descriptors and finds out what they are.
    pub(crate) fn bind(&self, chardev: &str) -> Result<BoundSource, ChardevError> {
        let fd = self.claim(chardev, self.number)?;
        let kind = match fstat(&fd) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(reason) => return Err(self.wrong(chardev, self.number, reason.to_string())),
        };
        if kind == FileType::Socket {
            self.bind_socket(chardev, fd)
        } else if kind == FileType::Fifo || rustix::termios::isatty(&fd) {
            self.bind_pair(chardev, fd)
        } else {
            Err(self.wrong(chardev, self.number, "is neither a socket nor a pipe nor a terminal"))
        }
    }

    /// The number of the descriptor that is read from.
    pub(crate) fn number(&self) -> i32 {
        self.number
    }

    fn bind_socket(&self, chardev: &str, fd: OwnedFd) -> Result<BoundSource, ChardevError> {
        let wrong = |problem: &str| self.wrong(chardev, self.number, problem);
        let failed = |reason: rustix::io::Errno| self.wrong(chardev, self.number, reason.to_string());
        if self.output.is_some() {
            return Err(wrong("is a socket, which goes both ways: leave output= out"));
        }
        if sockopt::socket_type(&fd).map_err(failed)? != SocketType::STREAM {
            return Err(wrong("is a socket, but not a stream socket"));
        }
        let state = if sockopt::socket_acceptconn(&fd).map_err(failed)? {
            SocketState::Listening
        } else if rustix::net::getpeername(&fd).is_ok() {
            SocketState::Connected
        } else {
            return Err(wrong("is a socket that is neither connected nor listening"));
        };
        match (sockopt::socket_domain(&fd).map_err(failed)?, state) {
            (AddressFamily::UNIX, SocketState::Listening) => {
                Ok(BoundSource::Listener(BoundListener::inherited(StdListener::Unix(fd.into()))))
            }
            (AddressFamily::UNIX, SocketState::Connected) => Ok(BoundSource::Stream(StdStream::Unix(fd.into()))),
            (AddressFamily::INET | AddressFamily::INET6, state) => self.bind_tcp(chardev, fd, state),
            _ => Err(wrong("is a socket of a family that is neither UNIX nor TCP")),
        }
    }

    fn bind_tcp(&self, chardev: &str, fd: OwnedFd, state: SocketState) -> Result<BoundSource, ChardevError> {
        let address = rustix::net::getsockname(&fd).ok().and_then(|any| SocketAddr::try_from(any).ok());
        let Some(address) = address else {
            return Err(self.wrong(chardev, self.number, "has no address"));
        };
        tcp::check_exposure(chardev, address, Exposure::from(self.insecure))?;
        Ok(match state {
            SocketState::Listening => {
                BoundSource::Listener(BoundListener::inherited(StdListener::Tcp(fd.into(), Switch::On)))
            }
            SocketState::Connected => BoundSource::Stream(StdStream::Tcp(fd.into(), Switch::On)),
        })
    }

    fn bind_pair(&self, chardev: &str, input: OwnedFd) -> Result<BoundSource, ChardevError> {
        let access = access(&input);
        let Some(number) = self.output else {
            if access == OFlags::RDWR {
                let output =
                    input.try_clone().map_err(|reason| self.wrong(chardev, self.number, reason.to_string()))?;
                return Ok(BoundSource::Pair(input, output));
            }
            return Err(self.wrong(
                chardev,
                self.number,
                "goes one way only; pass two, for input and output: fd:N,output=M",
            ));
        };
        if access == OFlags::WRONLY {
            return Err(self.wrong(chardev, self.number, "can't be read from"));
        }
        let output = self.claim(chardev, number)?;
        if self::access(&output) == OFlags::RDONLY {
            return Err(self.wrong(chardev, number, "can't be written to"));
        }
        Ok(BoundSource::Pair(input, output))
    }

    fn claim(&self, chardev: &str, number: i32) -> Result<OwnedFd, ChardevError> {
        claim::claim(number).map_err(|problem| self.wrong(chardev, number, problem))
    }

    fn wrong(&self, chardev: &str, number: i32, problem: impl Into<String>) -> ChardevError {
        ChardevError::Descriptor { chardev: chardev.to_owned(), number, problem: problem.into() }
    }
}

enum SocketState {
    Listening,
    Connected,
}

impl fmt::Display for FdOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fd:{}", self.number)?;
        if let Some(output) = self.output {
            write!(f, ",output={output}")?;
        }
        if self.insecure.is_on() { f.write_str(",insecure=on") } else { Ok(()) }
    }
}

fn access(fd: &OwnedFd) -> OFlags {
    fcntl_getfl(fd.as_fd()).map_or(OFlags::empty(), |flags| flags & OFlags::RWMODE)
}
