//! `query-version`.

use actix::Message;
use actix_qmp_messages::{Arguments, Command, QmpError};

use crate::responder::VersionInfo;

/// Returns what the greeting says.
#[derive(Debug, Message)]
#[rtype(result = "Result<VersionInfo, QmpError>")]
pub struct QueryVersion;

impl Command for QueryVersion {
    const NAME: &'static str = "query-version";
    type Return = VersionInfo;

    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError> {
        arguments.finish().map(|()| Self)
    }
}
