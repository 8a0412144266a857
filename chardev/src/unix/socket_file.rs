//! The socket file of a server: whose it is, when it may be replaced, who removes it.
//!
//! The protocol, all of it under the lock of the directory:
//!
//! 1. lstat(2) the path. Nothing there: go on. Anything but a socket, a symbolic link included: refuse.
//! 2. A socket: connect to it. ECONNREFUSED means that nobody listens, it is stale: unlink it. Anything else means
//!    that somebody does, or that it can't be known: refuse.
//! 3. Create a socket, set its mode to 0600, bind, listen, and note device and inode of the file.
//!
//! Since bind and listen happen under the lock, no starter can take another one's new socket for a stale one, and of
//! any number of starters exactly one wins. A program that does not take the lock can still get in between, but it
//! then wins: bind(2) fails for us and nothing of it is removed.
//!
//! Linux gives the file the mode of the socket's own inode, less the umask. So it is never open to others, not for an
//! instant, and the umask, which belongs to the whole process, stays as it is.
//!
//! The file is removed while the socket still listens: as long as it does, no starter replaces the file, so what was
//! compared is what is removed. And as long as the socket exists its inode number can't be used again.

use super::PATH_BYTES_MAX;
use super::directory_lock::DirectoryLock;
use crate::ChardevError;
use crate::tcp::BACKLOG;
use rustix::fs::{FileType, Mode, Stat, fchmod, lstat};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// A socket file that we created; removed when dropped, if it is still that one.
#[derive(Debug)]
pub(crate) struct SocketFile {
    /// Absolute, so that it holds after a chdir(2).
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// Listens on `path`.
pub(super) fn claim(chardev: &str, path: &str) -> Result<(UnixListener, SocketFile), ChardevError> {
    debug_assert!(path.len() <= PATH_BYTES_MAX);
    let failed = |errno| explain(chardev, path, errno);
    let _lock = DirectoryLock::take(chardev, directory_of(path))?;
    make_room(chardev, path)?;
    let socket = private_socket().map_err(failed)?;
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).map_err(failed)?).map_err(failed)?;
    let file = SocketFile::of(path).map_err(failed)?;
    rustix::net::listen(&socket, BACKLOG).map_err(failed)?;
    Ok((socket.into(), file))
}

/// A socket whose file will have mode 0600, whatever the umask.
fn private_socket() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    Ok(socket)
}

/// Removes a stale socket file; refuses whatever else is there.
fn make_room(chardev: &str, path: &str) -> Result<(), ChardevError> {
    let found = match lstat(path) {
        Ok(stat) => FileType::from_raw_mode(stat.st_mode),
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(explain(chardev, path, errno)),
    };
    if let Some(what) = not_a_socket(found) {
        return Err(ChardevError::NotASocket { chardev: chardev.to_owned(), path: path.to_owned(), what });
    }
    match super::connect(path) {
        Err(Errno::CONNREFUSED) => {}
        // It was removed by its owner meanwhile.
        Err(Errno::NOENT) => return Ok(()),
        // EAGAIN: somebody listens whose backlog is full.
        Ok(_) | Err(Errno::AGAIN) => return Err(live(chardev, path)),
        Err(Errno::PROTOTYPE) => {
            let what = "a socket of another type (datagram or packet)";
            return Err(ChardevError::NotASocket { chardev: chardev.to_owned(), path: path.to_owned(), what });
        }
        Err(errno) => return Err(explain(chardev, path, errno)),
    }
    match rustix::fs::unlink(path) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(explain(chardev, path, errno)),
    }
}

/// What it is, unless it is a socket.
fn not_a_socket(found: FileType) -> Option<&'static str> {
    match found {
        FileType::Socket => None,
        FileType::RegularFile => Some("a regular file, not a socket"),
        FileType::Directory => Some("a directory, not a socket"),
        FileType::Symlink => Some("a symbolic link, which is not followed"),
        FileType::Fifo => Some("a named pipe, not a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => Some("a device, not a socket"),
        FileType::Unknown => Some("not a socket"),
    }
}

fn live(chardev: &str, path: &str) -> ChardevError {
    ChardevError::LiveServer { chardev: chardev.to_owned(), path: path.to_owned() }
}

fn explain(chardev: &str, path: &str, errno: Errno) -> ChardevError {
    match errno {
        Errno::ADDRINUSE => live(chardev, path),
        Errno::ACCESS | Errno::PERM => {
            ChardevError::NoPermission { chardev: chardev.to_owned(), action: format!("create or replace {path}") }
        }
        errno => ChardevError::Listen { chardev: chardev.to_owned(), place: path.to_owned(), reason: errno.into() },
    }
}

fn directory_of(path: &str) -> &Path {
    match Path::new(path).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new(if path.starts_with('/') { "/" } else { "." }),
    }
}

impl SocketFile {
    /// The file that was just bound.
    fn of(path: &str) -> Result<Self, Errno> {
        let absolute = std::path::absolute(path).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::INVAL))?;
        let stat = lstat(path)?;
        let (device, inode) = identity(&stat);
        Ok(SocketFile { path: absolute, device, inode })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = lstat(&self.path).is_ok_and(|stat| identity(&stat) == (self.device, self.inode));
        if !ours {
            return;
        }
        if let Err(errno) = rustix::fs::unlink(&self.path) {
            tracing::warn!(path = %self.path.display(), %errno, "cannot remove the socket file");
        }
    }
}

#[allow(clippy::useless_conversion, reason = "the fields' types differ between architectures")]
fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev.into(), stat.st_ino.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_sockets_file_has_mode_0600_as_soon_as_bind_returns() {
        // Nothing else in this program depends on the umask.
        rustix::process::umask(Mode::empty());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let socket = private_socket().unwrap();
        rustix::net::bind(&socket, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        assert_eq!(lstat(&path).unwrap().st_mode & 0o7777, 0o600);
    }

    #[test]
    fn the_directory_of_a_path() {
        assert_eq!(directory_of("/run/x"), Path::new("/run"));
        assert_eq!(directory_of("/x"), Path::new("/"));
        assert_eq!(directory_of("x"), Path::new("."));
        assert_eq!(directory_of("a/x"), Path::new("a"));
    }
}
