//! Capability negotiation, and the errors that depend on it (QMP specification, section 3 "Capabilities Negotiation").

use actix_qmp_messages::{Arguments, ErrorClass, Oob, QmpError};
use serde_json::Value;

use super::request::Request;
use super::syntax_error::excerpt;
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
            (Capability::Oob, Oob::Enabled) => enabled = Oob::Enabled,
            (Capability::Oob, Oob::Disabled) => return Err(QmpError::generic("Capability oob not available")),
        }
    }
    Ok(enabled)
}

/// `qmp_capabilities` once more: its arguments are checked like those of any command, but there is nothing left to do.
pub(super) fn repeated(arguments: Arguments) -> QmpError {
    requested(arguments).err().unwrap_or_else(already_complete)
}

enum Capability {
    Oob,
}

/// The arguments of `qmp_capabilities`.
fn requested(mut arguments: Arguments) -> Result<Vec<Capability>, QmpError> {
    let enable: Option<Vec<Value>> = arguments.optional("enable")?;
    let enable = enable.unwrap_or_default();
    let capabilities: Result<_, _> = enable.iter().enumerate().map(|(place, name)| capability(place, name)).collect();
    capabilities.and_then(|capabilities| arguments.finish().map(|()| capabilities))
}

fn capability(place: usize, name: &Value) -> Result<Capability, QmpError> {
    match name.as_str() {
        Some("oob") => Ok(Capability::Oob),
        Some(unknown) => {
            let shown = excerpt(unknown);
            Err(QmpError::generic(format!("Parameter 'enable[{place}]' does not accept value '{shown}'")))
        }
        None => Err(QmpError::generic(format!("Invalid parameter type for 'enable[{place}]', expected: string"))),
    }
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
