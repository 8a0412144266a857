//! What can be wrong with a chardev: with its options ([`OptionError`]), or with the thing they name
//! ([`ChardevError`]). Every error is one line that says what is wrong, where, and what to do.

use std::io;

/// A mistake in an option list, found before anything is opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// There is nothing before the first comma, or nothing between two of them.
    #[error("an option is empty in '{text}'; a literal comma is written ',,'")]
    Empty {
        /// The whole option list.
        text: String,
    },
    /// One key was given twice, or once as `key` and once as `nokey`.
    #[error("option '{key}' is given twice")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// The value of a switch is neither on nor off.
    #[error("option '{key}' must be on or off, not '{value}'")]
    NotASwitch {
        /// The key.
        key: String,
        /// What was given.
        value: String,
    },
    /// The value is no number, or out of range.
    #[error("option '{key}' must be a number in range, not '{value}'")]
    NotANumber {
        /// The key.
        key: String,
        /// What was given.
        value: String,
    },
    /// Nobody asked for this option.
    #[error("unknown option '{key}'; known here: {known}")]
    Unknown {
        /// The key.
        key: String,
        /// The options that are known, separated by commas.
        known: String,
    },
    /// The chardev's kind is not one of ours.
    #[error("unknown chardev '{head}'; known: unix:PATH, tcp:HOST:PORT, stdio, fd:N, null")]
    UnknownKind {
        /// The text before the first comma.
        head: String,
    },
    /// The address after the chardev's kind does not make sense.
    #[error("'{head}': {problem}")]
    Address {
        /// The text before the first comma.
        head: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The option has no meaning in this role.
    #[error("option '{key}' is for {role} only")]
    WrongRole {
        /// The key.
        key: &'static str,
        /// The role that has the option.
        role: &'static str,
    },
}

/// Why a chardev could not be bound.
///
/// `chardev` is always the chardev's options in canonical form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChardevError {
    /// Another process accepts connections on that socket file.
    #[error("{chardev}: cannot listen: a live server already answers on {path}; stop it or choose another path")]
    LiveServer {
        /// The options.
        chardev: String,
        /// The socket file.
        path: String,
    },
    /// What exists at the path is not ours to replace.
    #[error("{chardev}: cannot listen: {path} is {what}; it is left alone, remove it or choose another path")]
    NotASocket {
        /// The options.
        chardev: String,
        /// The path.
        path: String,
        /// What is there.
        what: &'static str,
    },
    /// The path does not fit into a socket address.
    #[error("{chardev}: the path has {length} bytes, a socket's path can have 107 at most; choose a shorter one")]
    PathTooLong {
        /// The options.
        chardev: String,
        /// Its length in bytes.
        length: usize,
    },
    /// The directory of the socket file does not exist.
    #[error("{chardev}: cannot listen: the directory {directory} does not exist")]
    NoDirectory {
        /// The options.
        chardev: String,
        /// The directory.
        directory: String,
    },
    /// The operating system refuses.
    #[error("{chardev}: no permission to {action}")]
    NoPermission {
        /// The options.
        chardev: String,
        /// What was tried, with the place.
        action: String,
    },
    /// Another process holds a lock on the directory of the socket file and does not let go.
    #[error("{chardev}: cannot listen: another process keeps the directory {directory} locked (flock)")]
    DirectoryLocked {
        /// The options.
        chardev: String,
        /// The directory.
        directory: String,
    },
    /// The TCP port is taken.
    #[error("{chardev}: cannot listen: {address} is already in use; choose another port, or 0 for any free one")]
    PortInUse {
        /// The options.
        chardev: String,
        /// Address and port.
        address: String,
    },
    /// The host name has no address.
    #[error("{chardev}: cannot resolve the host '{host}': {reason}")]
    Resolve {
        /// The options.
        chardev: String,
        /// The host.
        host: String,
        /// What the resolver said.
        reason: io::Error,
    },
    /// The address can be reached from other machines, and `insecure=on` was not given.
    #[error(
        "{chardev}: {address} is not a loopback address, and QMP has no authentication and no encryption: whoever \
         connects controls the virtual machine; use 127.0.0.1 or a unix: socket (from afar through an SSH tunnel), \
         or say insecure=on if every machine that can reach it is trusted"
    )]
    OffLoopback {
        /// The options.
        chardev: String,
        /// The address.
        address: String,
    },
    /// Any other failure to listen.
    #[error("{chardev}: cannot listen on {place}: {reason}")]
    Listen {
        /// The options.
        chardev: String,
        /// Path, or address and port.
        place: String,
        /// What the operating system said.
        reason: io::Error,
    },
    /// Nobody could be reached, and no `reconnect=` was given.
    #[error("{chardev}: cannot connect to {place}: {reason}; give reconnect=SECONDS to keep trying")]
    Connect {
        /// The options.
        chardev: String,
        /// Path, or address and port.
        place: String,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The inherited descriptor can't be used.
    #[error("{chardev}: descriptor {number} {problem}")]
    Descriptor {
        /// The options.
        chardev: String,
        /// Its number.
        number: i32,
        /// What is wrong with it.
        problem: String,
    },
    /// There is only one of it, and another monitor has it.
    #[error("{chardev}: already in use by another monitor")]
    InUse {
        /// The options.
        chardev: String,
    },
}
