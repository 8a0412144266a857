//! A request on its way from the parser to its answer.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::{QmpError, RequestId, RequestKey, WireValue};

/// Index of a command in the command table of the process; the parser looks the name up once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandIndex(pub usize);

/// A command with its arguments checked, ready to run on the main arbiter.
pub struct PreparedCommand {
    /// Which command.
    pub index: CommandIndex,
    /// Its name, for people.
    pub name: &'static str,
    /// The typed arguments: a value of the command's own type. An error is told in the command's turn, unless it may
    /// not run then, which is told instead.
    pub arguments: Result<Box<dyn Any + Send>, QmpError>,
}

impl fmt::Debug for PreparedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PreparedCommand").field(&self.name).finish_non_exhaustive()
    }
}

/// An in-band request: what the client asked for, or why that can't be run.
///
/// A malformed request travels like any other, so that its error keeps its place among the answers.
pub struct InBandRequest {
    /// Session and place.
    pub key: RequestKey,
    /// The client's `id`, where one could be read.
    pub id: Option<RequestId>,
    /// The command, or the error to answer with.
    pub body: Result<PreparedCommand, QmpError>,
    /// The request's tracing span.
    pub span: tracing::Span,
    /// When the parser handed it over; waiting time counts from here.
    pub parsed_at: Instant,
}

impl fmt::Debug for InBandRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, id, body, .. } = self;
        f.debug_struct("InBandRequest").field("key", key).field("id", id).field("body", body).finish_non_exhaustive()
    }
}

/// What a handler returns, on its way to the wire.
pub type ReturnValue = Box<dyn WireValue + Send>;

/// An event's data, shared by every session it goes to.
pub type EventData = Arc<dyn WireValue + Send + Sync>;

/// How a command ended.
pub enum Outcome {
    /// A success reply with this value.
    Return(ReturnValue),
    /// Success of a command without a success reply (`'success-response': false`).
    Silent,
    /// An error reply.
    Error(QmpError),
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Return(_) => f.write_str("Return(..)"),
            Self::Silent => f.write_str("Silent"),
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}

impl From<QmpError> for Outcome {
    fn from(error: QmpError) -> Self {
        Self::Error(error)
    }
}
