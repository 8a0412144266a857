//! Capability negotiation, and the errors that depend on it (QMP specification, section 3 "Capabilities Negotiation").

use actix_qmp_messages::{ErrorClass, Oob, QmpError};
use serde_json::Value;

use super::request::Request;
use super::syntax_error::excerpt;
use crate::builtin::QMP_CAPABILITIES;

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
    let mut arguments = request.arguments;
    let enable: Option<Vec<Value>> = arguments.optional("enable")?;
    arguments.finish()?;
    let mut oob = Oob::Disabled;
    for (place, capability) in enable.unwrap_or_default().iter().enumerate() {
        oob = enable_one(place, capability, offered)?;
    }
    Ok(oob)
}

fn enable_one(place: usize, capability: &Value, offered: Oob) -> Result<Oob, QmpError> {
    let Some(name) = capability.as_str() else {
        return Err(QmpError::generic(format!("Invalid parameter type for 'enable[{place}]', expected: string")));
    };
    match (name, offered) {
        ("oob", Oob::Enabled) => Ok(Oob::Enabled),
        ("oob", Oob::Disabled) => Err(QmpError::generic("Capability oob not available")),
        (unknown, _) => {
            let shown = excerpt(unknown);
            Err(QmpError::generic(format!("Parameter 'enable[{place}]' does not accept value '{shown}'")))
        }
    }
}

/// `qmp_capabilities` once more.
pub(super) fn already_complete() -> QmpError {
    QmpError::new(ErrorClass::CommandNotFound, "Capabilities negotiation is already complete, command ignored")
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
