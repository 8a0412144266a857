//! `COMMAND_DROPPED`: a request found the queue full (series, "qmp: add new event COMMAND_DROPPED").

use actix_qmp_messages::schema::{CommandDropReason, events};
use actix_qmp_messages::{Event, RequestId};
use serde::Serialize;
use serde_json::value::RawValue;

/// Goes to the session whose command was dropped, and to no other.
///
/// The event of the schema, but for the `id`, which is given back as the client wrote it: taken apart, a number may
/// change.
#[derive(Debug, Serialize)]
pub(crate) struct CommandDropped {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<RawValue>>,
    reason: CommandDropReason,
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
    const NAME: &'static str = events::CommandDropped::NAME;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_that_of_the_schema() {
        let id = RawValue::from_string("1.50".into()).unwrap();
        let written =
            serde_json::to_string(&CommandDropped { id: Some(id), reason: CommandDropReason::QueueFull }).unwrap();
        assert_eq!(written, r#"{"id":1.50,"reason":"queue-full"}"#);
        let read: events::CommandDropped = serde_json::from_str(&written).unwrap();
        assert_eq!(read, events::CommandDropped { id: Some(1.5.into()), reason: CommandDropReason::QueueFull });
    }
}
