//! Names of monitors, sessions and requests.

use std::fmt;

/// One monitor of the process: a chardev with the actors that serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonitorId(pub u32);

/// One connection of a client to a monitor; counts up within the monitor, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// Place of a request in its session's input, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sequence(pub u64);

impl Sequence {
    /// Before the first request.
    pub const NONE: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A session in the whole process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The monitor the client is connected to.
    pub monitor: MonitorId,
    /// The connection.
    pub session: SessionId,
}

/// A request in the whole process: what ties an answer to its question.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestKey {
    /// The session it came in.
    pub session: SessionKey,
    /// Its place there.
    pub sequence: Sequence,
}

impl fmt::Display for MonitorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// As short as logs of messages need it: `0/3`.
impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.monitor, self.session)
    }
}

/// `0/3#7`.
impl fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}#{}", self.session, self.sequence)
    }
}
