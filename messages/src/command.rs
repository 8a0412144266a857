//! What a command and an event are: the traits that the embedder's types (and generated code) implement.

use actix::Message;
use serde::Serialize;

use crate::{Arguments, QmpError};

/// A command of the monitor: an actix message that its handler answers.
///
/// The value is the command's arguments. Source: QMP specification, section 2.3 "Issuing commands".
pub trait Command: Message<Result = Result<<Self as Command>::Return, QmpError>> + Send + Sized + 'static {
    /// The command's name on the wire.
    const NAME: &'static str;

    /// May run out-of-band (`allow-oob` of the schema).
    const ALLOW_OOB: bool = false;

    /// May run before the machine is built (`allow-preconfig` of the schema).
    const ALLOW_PRECONFIG: bool = false;

    /// Whether success is answered at all (`success-response` of the schema); errors always are.
    const SUCCESS_RESPONSE: bool = true;

    /// What a successful command returns; `Empty` where the schema names nothing.
    type Return: Serialize + Send + 'static;

    /// Checks the arguments and takes them into the typed form. Runs before any handler.
    ///
    /// # Errors
    /// In the protocol's words; see [`Arguments`].
    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError>;
}

/// An event of the monitor; its serialised form is the `data` member.
///
/// Source: QMP specification, section 2.5 "Asynchronous events".
pub trait Event: Serialize + Send + Sync + Sized + 'static {
    /// The event's name on the wire.
    const NAME: &'static str;

    /// Whether the event has a `data` member at all.
    const HAS_DATA: bool = true;
}

/// The empty object: what a command without a return value returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}
