//! `qmp_capabilities`: listed like any command, but answered by the parser, whose state it changes.

use actix::Message;
use actix_qmp_messages::{Arguments, Command, Empty, ErrorClass, QmpError};

/// Here so that introspection lists it.
#[derive(Debug, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
pub(crate) struct QmpCapabilities;

impl Command for QmpCapabilities {
    const NAME: &'static str = super::QMP_CAPABILITIES;
    type Return = Empty;

    fn from_arguments(_arguments: Arguments) -> Result<Self, QmpError> {
        Err(already_complete())
    }
}

/// In command mode there is nothing left to negotiate.
pub(super) fn refuse(_command: QmpCapabilities) -> Result<Empty, QmpError> {
    Err(already_complete())
}

/// There is nothing left to negotiate.
pub(crate) fn already_complete() -> QmpError {
    QmpError::new(ErrorClass::CommandNotFound, "Capabilities negotiation is already complete, command ignored")
}
