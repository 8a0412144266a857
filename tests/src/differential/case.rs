//! One odd request, and in which session it is sent.

use std::borrow::Cow;

/// The session that gets the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// Greeted, not negotiated.
    Fresh,
    /// Command mode, no capability enabled.
    Plain,
    /// Command mode, `oob` enabled.
    Oob,
}

impl Session {
    /// The capabilities to negotiate; `None`: don't negotiate.
    pub fn enable(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Fresh => None,
            Self::Plain => Some(&[]),
            Self::Oob => Some(&["oob"]),
        }
    }
}

/// Whether the request leaves the parser at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It does: a valid request may follow.
    AtRest,
    /// It leaves something open: the byte 0xFF, which resets from anywhere, goes before the valid request.
    Open,
}

/// A request, named.
#[derive(Debug, Clone)]
pub struct Case {
    /// Names the case in the recording and among the exceptions.
    pub name: Cow<'static, str>,
    /// Where it is sent.
    pub session: Session,
    /// The bytes, `\xNN` standing for one.
    pub request: Cow<'static, str>,
    /// What has to be done before the valid request.
    pub ending: Ending,
}

impl Case {
    /// Sent instead of negotiating.
    pub fn fresh(name: impl Into<Cow<'static, str>>, request: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Session::Fresh, name.into(), request.into())
    }

    /// Sent in command mode, no capability enabled.
    pub fn plain(name: impl Into<Cow<'static, str>>, request: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Session::Plain, name.into(), request.into())
    }

    /// Sent in command mode with `oob` enabled; so it has an `id` wherever the series wants one.
    pub fn oob(name: impl Into<Cow<'static, str>>, request: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Session::Oob, name.into(), request.into())
    }

    /// It leaves something open.
    #[must_use]
    pub fn left_open(mut self) -> Self {
        self.ending = Ending::Open;
        self
    }

    fn new(session: Session, name: Cow<'static, str>, request: Cow<'static, str>) -> Self {
        Self { name, session, request, ending: Ending::AtRest }
    }
}
