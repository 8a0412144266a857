//! The program's end of a terminal or of a pair of sockets, of which the test keeps a copy, as a shell does.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

use rustix::fs::{Mode, OFlags, fcntl_getfl, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{isatty, tcgetattr};

/// A terminal: its window, and what programs have.
pub(crate) fn terminal() -> (File, SharedEnd) {
    let window = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&window).unwrap();
    unlockpt(&window).unwrap();
    let name = ptsname(&window, Vec::new()).unwrap();
    let end = open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    (window.into(), SharedEnd(end))
}

/// Two sockets: one for the client, and what the program has.
pub(crate) fn sockets() -> (UnixStream, SharedEnd) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (ours, SharedEnd(theirs.into()))
}

pub(crate) struct SharedEnd(OwnedFd);

impl SharedEnd {
    /// The program gets this very open file description, not one of its own.
    pub(crate) fn copy(&self) -> OwnedFd {
        self.0.try_clone().unwrap()
    }

    pub(crate) fn give_to(&self, program: &mut Command) {
        program.stdin(self.copy()).stdout(self.copy());
    }

    pub(crate) fn is_non_blocking(&self) -> bool {
        fcntl_getfl(&self.0).unwrap().contains(OFlags::NONBLOCK)
    }

    /// Flags, and modes if it is a terminal: all that others can notice.
    pub(crate) fn state(&self) -> String {
        let modes = isatty(&self.0).then(|| tcgetattr(&self.0).unwrap());
        format!("{:?}, {modes:?}", fcntl_getfl(&self.0).unwrap())
    }
}
