//! `tcp:HOST:PORT`: listening and connecting, on loopback unless told otherwise.

use crate::bound::{BoundListener, BoundSource, StdListener, StdStream};
use crate::dialer::Target;
use crate::options::list::escape;
use crate::role::Role;
use crate::{ChardevError, OptionError, OptionList, Switch};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Clients that may wait to be accepted.
pub(crate) const BACKLOG: i32 = 128;

/// How long the first connection of a client without `reconnect=` may take, per address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// `tcp:HOST:PORT[,server=on[,wait=off]][,reconnect=S][,nodelay=off][,insecure=on]`.
///
/// An empty host is 127.0.0.1. (In QEMU it is every address of the machine, which QMP must not have by accident.)
#[derive(Clone, Debug)]
pub(crate) struct TcpOptions {
    host: String,
    port: u16,
    pub(crate) role: Role,
    nodelay: Switch,
    insecure: Switch,
}

/// Which addresses are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    LoopbackOnly,
    Anywhere,
}

impl From<Switch> for Exposure {
    fn from(insecure: Switch) -> Self {
        if insecure.is_on() { Exposure::Anywhere } else { Exposure::LoopbackOnly }
    }
}

impl TcpOptions {
    pub(crate) fn take(address: &str, list: &mut OptionList) -> Result<Self, OptionError> {
        let wrong = |problem| OptionError::Address { head: list.head().to_owned(), problem };
        let (host, port) = split_address(address).map_err(wrong)?;
        let port = port.parse::<u16>().map_err(|_| wrong("the port must be a number from 0 to 65535"))?;
        let role = Role::take(list)?;
        if port == 0 && matches!(role, Role::Client { .. }) {
            return Err(OptionError::Address { head: list.head().to_owned(), problem: "port 0 is for servers only" });
        }
        let nodelay = list.take_switch("nodelay")?.unwrap_or(Switch::On);
        let insecure = list.take_switch("insecure")?.unwrap_or(Switch::Off);
        Ok(TcpOptions { host, port, role, nodelay, insecure })
    }

    /// Resolves, checks and takes the address; a client without `reconnect=` connects.
    pub(crate) fn bind(&self, chardev: &str) -> Result<BoundSource, ChardevError> {
        let addresses = self.resolve(chardev)?;
        for &address in &addresses {
            check_exposure(chardev, address, self.insecure.into())?;
        }
        match self.role {
            Role::Server { .. } => {
                let socket = self.listen_on_first(chardev, &addresses)?;
                Ok(BoundSource::Listener(BoundListener::new(StdListener::Tcp(socket, self.nodelay))))
            }
            Role::Client { reconnect: Some(pause) } => {
                Ok(BoundSource::Dial(Target::Tcp { addresses, nodelay: self.nodelay, name: self.place() }, pause))
            }
            Role::Client { reconnect: None } => {
                let socket = self.connect_to_first(chardev, &addresses)?;
                Ok(BoundSource::Stream(StdStream::Tcp(socket, self.nodelay)))
            }
        }
    }

    /// `HOST:PORT`, as it was given.
    pub(crate) fn place(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    fn resolve(&self, chardev: &str) -> Result<Vec<SocketAddr>, ChardevError> {
        let failed = |reason| ChardevError::Resolve { chardev: chardev.to_owned(), host: self.host.clone(), reason };
        let addresses: Vec<_> = (self.host.as_str(), self.port).to_socket_addrs().map_err(failed)?.collect();
        if addresses.is_empty() { Err(failed(io::Error::other("it has no address"))) } else { Ok(addresses) }
    }

    fn listen_on_first(&self, chardev: &str, addresses: &[SocketAddr]) -> Result<TcpListener, ChardevError> {
        let mut failure = None;
        for address in addresses {
            match listen(address) {
                Ok(socket) => return Ok(socket),
                Err(errno) => failure = failure.or(Some((*address, errno))),
            }
        }
        let chardev = chardev.to_owned();
        let (place, errno) = failure.map_or((self.place(), Errno::INVAL), |(a, errno)| (a.to_string(), errno));
        Err(match errno {
            Errno::ADDRINUSE => ChardevError::PortInUse { chardev, address: place },
            Errno::ACCESS | Errno::PERM => ChardevError::NoPermission { chardev, action: format!("listen on {place}") },
            errno => ChardevError::Listen { chardev, place, reason: errno.into() },
        })
    }

    fn connect_to_first(&self, chardev: &str, addresses: &[SocketAddr]) -> Result<TcpStream, ChardevError> {
        let mut reason = io::Error::from(Errno::INVAL);
        for address in addresses {
            match TcpStream::connect_timeout(address, CONNECT_TIMEOUT) {
                Ok(socket) => return Ok(socket),
                Err(error) => reason = error,
            }
        }
        Err(ChardevError::Connect { chardev: chardev.to_owned(), place: self.place(), reason })
    }
}

/// Refuses an address that other machines can reach.
pub(crate) fn check_exposure(chardev: &str, address: SocketAddr, allowed: Exposure) -> Result<(), ChardevError> {
    if allowed == Exposure::Anywhere || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(ChardevError::OffLoopback { chardev: chardev.to_owned(), address: address.ip().to_string() })
}

fn listen(address: &SocketAddr) -> rustix::io::Result<TcpListener> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    // Connections of a previous run in TIME_WAIT must not keep us from starting; a live listener still does.
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, address)?;
    rustix::net::listen(&socket, BACKLOG)?;
    Ok(socket.into())
}

/// `HOST:PORT` or `[IPV6]:PORT`.
fn split_address(address: &str) -> Result<(String, &str), &'static str> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").ok_or("an IPv6 address is written [ADDRESS]:PORT")?,
        None => address.rsplit_once(':').ok_or("tcp:HOST:PORT needs a host and a port")?,
    };
    if host.contains(['[', ']']) || host.contains(':') && !address.starts_with('[') {
        return Err("an IPv6 address is written [ADDRESS]:PORT");
    }
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    Ok((host.to_owned(), port))
}

impl fmt::Display for TcpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tcp:{}{}", escape(&self.place()), self.role)?;
        if !self.nodelay.is_on() {
            f.write_str(",nodelay=off")?;
        }
        if self.insecure.is_on() { f.write_str(",insecure=on") } else { Ok(()) }
    }
}
