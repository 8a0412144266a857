//! `qmp_capabilities`: listed like any command, but answered by the parser, whose state it changes.

use actix_qmp_messages::schema::commands::QmpCapabilities;
use actix_qmp_messages::{Empty, ErrorClass, QmpError};

/// In command mode there is nothing left to negotiate.
pub(super) fn refuse(_command: QmpCapabilities) -> Result<Empty, QmpError> {
    Err(already_complete())
}

/// There is nothing left to negotiate.
pub(crate) fn already_complete() -> QmpError {
    QmpError::new(ErrorClass::CommandNotFound, "Capabilities negotiation is already complete, command ignored")
}
