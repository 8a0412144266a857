//! Capability negotiation, and the errors that depend on it (QMP specification, section 3 "Capabilities Negotiation").

use actix_qmp_messages::schema::QMPCapability;
use actix_qmp_messages::schema::commands::QmpCapabilities;
use actix_qmp_messages::{Arguments, Command, ErrorClass, Oob, QmpError, excerpt};

use super::request::Request;
use crate::builtin::{QMP_CAPABILITIES, already_complete};

/// Answers a request that came before negotiation was complete.
///
/// # Errors
/// Any other command than `qmp_capabilities`; a capability that is unknown or not offered. Nothing changes then.
pub(super) fn negotiate(request: Request, offered: Oob) -> Result<Oob, QmpError> {
    if request.command != QMP_CAPABILITIES {
        return Err(QmpError::new(
            ErrorClass::CommandNotFound,
            "Expecting capabilities negotiation with 'qmp_capabilities'",
        ));
    }
    let mut enabled = Oob::Disabled;
    for capability in requested(request.arguments)? {
        match (capability, offered) {
            (QMPCapability::Oob, Oob::Enabled) => enabled = Oob::Enabled,
            (QMPCapability::Oob, Oob::Disabled) => return Err(QmpError::generic("Capability oob not available")),
        }
    }
    Ok(enabled)
}

/// `qmp_capabilities` once more: its arguments are checked like those of any command, but there is nothing left to do.
pub(super) fn repeated(arguments: Arguments) -> QmpError {
    requested(arguments).err().unwrap_or_else(already_complete)
}

/// The arguments of `qmp_capabilities`.
fn requested(arguments: Arguments) -> Result<Vec<QMPCapability>, QmpError> {
    Ok(QmpCapabilities::from_arguments(arguments)?.enable.unwrap_or_default())
}

/// A command that is not in the table.
pub(super) fn command_not_found(command: &str) -> QmpError {
    let shown = excerpt(command);
    QmpError::new(ErrorClass::CommandNotFound, format!("The command {shown} has not been found"))
}

/// A command that may not run out-of-band.
pub(super) fn no_oob_support(command: &'static str) -> QmpError {
    QmpError::generic(format!("The command {command} does not support OOB"))
}
