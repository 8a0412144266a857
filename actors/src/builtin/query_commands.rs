//! `query-commands`.

use std::sync::Arc;

use actix::Message;
use actix_qmp_messages::{Arguments, Command, QmpError};
use serde::{Serialize, Serializer};

/// Returns the names of all commands.
#[derive(Debug, Message)]
#[rtype(result = "Result<CommandList, QmpError>")]
pub struct QueryCommands;

/// One command of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CommandInfo {
    /// Its name on the wire.
    pub name: &'static str,
}

/// The list, made once at the start.
#[derive(Debug, Clone)]
pub struct CommandList(Arc<[CommandInfo]>);

impl Serialize for CommandList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

pub(super) fn list_of(names: impl Iterator<Item = &'static str>) -> CommandList {
    CommandList(names.map(|name| CommandInfo { name }).collect())
}

impl Command for QueryCommands {
    const NAME: &'static str = "query-commands";
    type Return = CommandList;

    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError> {
        arguments.finish().map(|()| Self)
    }
}
