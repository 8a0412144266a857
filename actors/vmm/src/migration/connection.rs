//! Sockets between two machines.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use actix_qmp::path_excerpt;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::addr::SocketAddrArg;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::migration::address::MigrationUri;
use crate::migration::yank::Registration;
use crate::os_error;
use crate::qapi::{InetSocketAddress, SocketAddress, UnixSocketAddress};

/// How long a peer may take to take a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How often a connection that is being made looks whether it was given up.
const CONNECT_STEP: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A connection between two machines; reads and writes block.
#[derive(Debug)]
pub enum Connection {
    /// A UNIX socket.
    Unix(UnixStream),
    /// TCP.
    Tcp(TcpStream),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The host name is not known.
    #[error("address resolution failed for {host}:{port}: {reason}")]
    Resolve {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// Why.
        reason: String,
    },
    /// Longer than a socket's path can be.
    #[error("UNIX socket path '{0}' is too long")]
    PathTooLong(String),
    /// Nobody took it.
    #[error("Failed to connect to '{target}': {reason}")]
    Connect {
        /// Whom it was for.
        target: String,
        /// Why.
        reason: String,
    },
    /// Nothing can listen there.
    #[error("Failed to bind socket to {target}: {reason}")]
    Bind {
        /// Where.
        target: String,
        /// Why.
        reason: String,
    },
}

impl Connection {
    /// Connects; waits at most ten seconds for the peer (a name server may take longer), less when `registration` is
    /// cut, to which the socket is attached.
    ///
    /// # Errors
    /// [`ConnectError`], in words.
    pub fn connect(uri: &MigrationUri, registration: &Registration) -> Result<Self, ConnectError> {
        match uri {
            MigrationUri::Unix(path) => {
                let target = path_excerpt(&path.to_string_lossy());
                let address = unix_address(path)?;
                let socket = connect(AddressFamily::UNIX, &address, registration)
                    .map_err(|error| ConnectError::Connect { target, reason: os_error::words(&error) })?;
                Ok(Self::Unix(socket.into()))
            }
            MigrationUri::Tcp { host, port } => connect_tcp(host, *port, registration),
        }
    }
}

fn connect_tcp(host: &str, port: u16, registration: &Registration) -> Result<Connection, ConnectError> {
    let resolved = (host, port).to_socket_addrs().map_err(|error| {
        let words = os_error::words(&error);
        let reason = words.strip_prefix("failed to lookup address information: ").unwrap_or(&words).to_owned();
        ConnectError::Resolve { host: path_excerpt(host), port, reason }
    })?;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in resolved {
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        match connect(family, &address, registration) {
            Ok(socket) => {
                let stream = TcpStream::from(socket);
                // The handshake and the last phase are small messages that somebody waits for.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "nodelay_refused");
                }
                return Ok(Connection::Tcp(stream));
            }
            Err(error) => last = error,
        }
    }
    Err(ConnectError::Connect { target: path_excerpt(&format!("{host}:{port}")), reason: os_error::words(&last) })
}

/// Connects without ever blocking for long: a peer's full backlog must not outlast a cancellation.
fn connect(family: AddressFamily, address: &impl SocketAddrArg, registration: &Registration) -> io::Result<OwnedFd> {
    let deadline = Instant::now() + CONNECT_WITHIN;
    let socket =
        rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK, None)?;
    let mut attempt = rustix::net::connect(&socket, address);
    loop {
        match attempt {
            Ok(()) | Err(Errno::ISCONN) => break,
            Err(Errno::INPROGRESS | Errno::ALREADY | Errno::INTR) => {
                if poll(&mut [PollFd::new(&socket, PollFlags::OUT)], Some(&CONNECT_STEP))? > 0 {
                    rustix::net::sockopt::socket_error(&socket)??;
                }
            }
            // A UNIX socket's backlog is full; there is nothing to poll for.
            Err(Errno::AGAIN) => {
                poll(&mut [], Some(&CONNECT_STEP))?;
            }
            Err(error) => return Err(error.into()),
        }
        if registration.is_cut() {
            return Err(io::Error::other("The connection was shut down"));
        }
        if Instant::now() > deadline {
            return Err(Errno::TIMEDOUT.into());
        }
        attempt = rustix::net::connect(&socket, address);
    }
    rustix::io::ioctl_fionbio(&socket, false)?;
    registration.attach(&socket)?;
    Ok(socket)
}

fn unix_address(path: &Path) -> Result<SocketAddrUnix, ConnectError> {
    SocketAddrUnix::new(path).map_err(|_| ConnectError::PathTooLong(path_excerpt(&path.to_string_lossy())))
}

impl Read for &Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Connection::Unix(stream) => (&*stream).read(buffer),
            Connection::Tcp(stream) => (&*stream).read(buffer),
        }
    }
}

impl Write for &Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Connection::Unix(stream) => (&*stream).write(bytes),
            Connection::Tcp(stream) => (&*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(stream) => stream.as_fd(),
            Self::Tcp(stream) => stream.as_fd(),
        }
    }
}

/// A socket that a source connects to, once. Dropping it removes the file of a UNIX socket.
#[derive(Debug)]
pub enum Listener {
    /// A UNIX socket.
    Unix {
        /// The socket.
        listener: UnixListener,
        /// Its file.
        path: PathBuf,
    },
    /// TCP.
    Tcp(TcpListener),
}

impl Listener {
    /// Listens; never waits, and so takes no host names but `localhost`.
    ///
    /// The file of a UNIX socket gets mode 0600 before anybody can connect; one that nobody listens on is replaced.
    ///
    /// # Errors
    /// [`ConnectError`], in words.
    pub fn bind(uri: &MigrationUri) -> Result<Self, ConnectError> {
        match uri {
            MigrationUri::Unix(path) => {
                let address = unix_address(path)?;
                let failed = |error: io::Error| ConnectError::Bind {
                    target: path_excerpt(&path.to_string_lossy()),
                    reason: os_error::words(&error),
                };
                let listener = bind_unix(path, &address).map_err(failed)?;
                Ok(Self::Unix { listener, path: path.clone() })
            }
            MigrationUri::Tcp { host, port } => {
                let bind = || TcpListener::bind(SocketAddr::new(numeric(host)?, *port));
                let target = path_excerpt(&format!("{host}:{port}"));
                bind().map(Self::Tcp).map_err(|error| ConnectError::Bind { target, reason: os_error::words(&error) })
            }
        }
    }

    /// Waits for the source.
    ///
    /// # Errors
    /// The system's, also when the socket was shut down.
    pub fn accept(&self) -> io::Result<Connection> {
        match self {
            Self::Unix { listener, .. } => listener.accept().map(|(stream, _)| Connection::Unix(stream)),
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                tracing::debug!(%peer, "migration_source_connected");
                stream.set_nodelay(true)?;
                Ok(Connection::Tcp(stream))
            }
        }
    }

    /// Where it listens, with the port that the host chose.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddress> {
        match self {
            Self::Unix { path, .. } => Ok(SocketAddress::Unix(UnixSocketAddress { path: path.display().to_string() })),
            Self::Tcp(listener) => {
                let address = listener.local_addr()?;
                Ok(SocketAddress::Inet(InetSocketAddress {
                    host: address.ip().to_string(),
                    port: address.port().to_string(),
                }))
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix { listener, .. } => listener.as_fd(),
            Self::Tcp(listener) => listener.as_fd(),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix { path, .. } = self
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::debug!(%error, path = %path.display(), "socket_file_not_removed");
        }
    }
}

/// The address of a host that needs no name server; empty means any, as in QEMU.
fn numeric(host: &str) -> io::Result<IpAddr> {
    match host {
        "" => Ok(Ipv4Addr::UNSPECIFIED.into()),
        "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
        _ => host.parse().map_err(|_| io::Error::other("not an IP address; host names are not looked up here")),
    }
}

fn bind_unix(path: &Path, address: &SocketAddrUnix) -> io::Result<UnixListener> {
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    match rustix::net::bind(&socket, address) {
        Err(Errno::ADDRINUSE) if is_stale(address)? => {
            std::fs::remove_file(path)?;
            rustix::net::bind(&socket, address)?;
        }
        bound => bound?,
    }
    // Before `listen`, without which nobody can connect.
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
    rustix::net::listen(&socket, 1)?;
    Ok(socket.into())
}

/// Whether a path belongs to a socket that nobody listens on. (Connecting to a file of another kind is refused with the
/// same error, so ask for the kind too.)
fn is_stale(address: &SocketAddrUnix) -> io::Result<bool> {
    use std::os::unix::{ffi::OsStrExt, fs::FileTypeExt};

    let path = address.path_bytes().map(|bytes| Path::new(std::ffi::OsStr::from_bytes(bytes)));
    let is_socket =
        path.is_some_and(|path| std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket()));
    let probe = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None,
    )?;
    Ok(is_socket && rustix::net::connect(&probe, address) == Err(Errno::CONNREFUSED))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::migration::yank::YankRegistry;

    fn unix(path: &Path) -> MigrationUri {
        MigrationUri::Unix(path.to_owned())
    }

    fn tcp(host: &str, port: u16) -> MigrationUri {
        MigrationUri::Tcp { host: host.into(), port }
    }

    fn connect(uri: &MigrationUri) -> Result<Connection, String> {
        Connection::connect(uri, &YankRegistry::default().register()).map_err(|error| error.to_string())
    }

    fn bind(uri: &MigrationUri) -> Result<Listener, String> {
        Listener::bind(uri).map_err(|error| error.to_string())
    }

    #[test]
    fn bytes_pass_over_both_kinds() {
        let folder = tempfile::tempdir().unwrap();
        for uri in [unix(&folder.path().join("s")), tcp("127.0.0.1", 0), tcp("localhost", 0)] {
            let listener = bind(&uri).unwrap();
            let uri = match listener.address().unwrap() {
                SocketAddress::Inet(InetSocketAddress { host, port }) => tcp(&host, port.parse().unwrap()),
                SocketAddress::Unix(UnixSocketAddress { path }) => unix(Path::new(&path)),
            };
            let ours = connect(&uri).unwrap();
            let theirs = listener.accept().unwrap();
            (&ours).write_all(b"hi").unwrap();
            let mut buffer = [0; 2];
            (&theirs).read_exact(&mut buffer).unwrap();
            assert_eq!(&buffer, b"hi");
        }
    }

    #[test]
    fn a_socket_file_is_private_and_goes_with_its_listener() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = bind(&unix(&path)).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        drop(listener);
        assert!(!path.exists());
    }

    #[test]
    fn a_stale_socket_is_replaced_a_live_one_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(UnixListener::bind(&path).unwrap());
        let live = bind(&unix(&path)).unwrap();
        let in_use = format!("Failed to bind socket to {}: Address already in use", path.display());
        assert_eq!(bind(&unix(&path)).unwrap_err(), in_use);
        connect(&unix(&path)).unwrap();
        drop(live);
        std::fs::write(&path, "precious").unwrap();
        assert_eq!(bind(&unix(&path)).unwrap_err(), in_use);
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn nobody_there_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(
            connect(&tcp("127.0.0.1", port)).unwrap_err(),
            format!("Failed to connect to '127.0.0.1:{port}': Connection refused")
        );
        let missing = folder.path().join("missing");
        assert_eq!(
            connect(&unix(&missing)).unwrap_err(),
            format!("Failed to connect to '{}': No such file or directory", missing.display())
        );
        let long = Path::new("/").join("a".repeat(120));
        let words = format!("UNIX socket path '{}' is too long", long.display());
        assert_eq!(connect(&unix(&long)).unwrap_err(), words);
        assert_eq!(bind(&unix(&long)).unwrap_err(), words);
        assert_eq!(
            bind(&tcp("example.invalid", 1)).unwrap_err(),
            "Failed to bind socket to example.invalid:1: not an IP address; host names are not looked up here"
        );
    }

    #[test]
    fn a_connection_to_a_full_backlog_ends_when_it_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _busy = bind(&unix(&path)).unwrap();
        let registry = YankRegistry::default();
        let mut waiting = Vec::new();
        // The backlog holds a few; the first that has to wait is the one to cut.
        loop {
            let (uri, registration) = (unix(&path), registry.register());
            let (done, connected) = std::sync::mpsc::channel();
            let thread = std::thread::spawn(move || {
                let connection = Connection::connect(&uri, &registration);
                let _ = done.send(());
                connection
            });
            if connected.recv_timeout(Duration::from_millis(500)).is_err() {
                registry.close();
                let error = thread.join().unwrap().unwrap_err().to_string();
                assert!(error.ends_with("The connection was shut down"), "{error}");
                return;
            }
            waiting.push(thread);
            assert!(waiting.len() < 20, "the backlog has no end");
        }
    }
}
