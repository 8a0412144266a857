//! `COMMAND_DROPPED`: a request found the queue full (series, "qmp: add new event COMMAND_DROPPED").

use actix_qmp_messages::{Event, RequestId};
use serde::Serialize;
use serde_json::value::RawValue;

/// Goes to the session whose command was dropped, and to no other.
#[derive(Debug, Serialize)]
pub(crate) struct CommandDropped {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<RawValue>>,
    reason: CommandDropReason,
}

/// Why a command was dropped.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum CommandDropReason {
    QueueFull,
}

impl CommandDropped {
    /// The queue was full.
    pub(crate) fn queue_full(id: Option<RequestId>) -> Self {
        // An id is valid JSON by construction.
        let id = id.and_then(|id| RawValue::from_string(id.as_str().to_owned()).ok());
        Self { id, reason: CommandDropReason::QueueFull }
    }
}

impl Event for CommandDropped {
    const NAME: &'static str = "COMMAND_DROPPED";
}
