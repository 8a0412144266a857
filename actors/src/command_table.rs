//! The commands of the process: what the parser knows of them, and what the dispatcher does with them.
//!
//! The parser's half crosses threads and can reach nothing of the main arbiter; the dispatcher's half never leaves it.
//! A command has the same index in both.

use std::any::Any;
use std::collections::HashMap;

use actix_qmp_messages::{Arguments, Command, CommandIndex, Outcome, PreparedCommand, QmpError};

use crate::handler::{InBand, InBandHandler};

/// Runs a command out-of-band: arguments in, outcome out, on whatever thread it is called.
pub(crate) type OobRunner = Box<dyn Fn(Arguments) -> Outcome + Send + Sync>;

/// What the parser knows of a command.
pub(crate) struct CommandSpec {
    pub(crate) name: &'static str,
    prepare: fn(Arguments) -> Result<Box<dyn Any + Send>, QmpError>,
    /// There for commands that allow it, and only for these.
    pub(crate) run_oob: Option<OobRunner>,
}

/// The parser's half.
#[derive(Default)]
pub(crate) struct CommandTable {
    specs: Vec<CommandSpec>,
    by_name: HashMap<&'static str, CommandIndex>,
}

impl CommandTable {
    /// Finds a command by its name on the wire.
    pub(crate) fn find(&self, name: &str) -> Option<(CommandIndex, &CommandSpec)> {
        let index = *self.by_name.get(name)?;
        Some((index, self.specs.get(index.0)?))
    }

    /// The commands' names in the order they were registered.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.specs.iter().map(|spec| spec.name)
    }
}

impl CommandSpec {
    /// Checks a request's arguments for in-band execution.
    ///
    /// # Errors
    /// What [`Command::from_arguments`] finds.
    pub(crate) fn prepare(&self, index: CommandIndex, arguments: Arguments) -> Result<PreparedCommand, QmpError> {
        Ok(PreparedCommand { index, name: self.name, arguments: (self.prepare)(arguments)? })
    }
}

/// Both halves while they are put together.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) table: CommandTable,
    pub(crate) handlers: Vec<Box<dyn InBandHandler>>,
    pub(crate) faults: Vec<RegistrationError>,
}

/// A mistake in the registration of commands, found when the monitors start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// Two handlers for one name.
    #[error("command '{0}' is registered twice; register each command once")]
    Twice(&'static str),
    /// An out-of-band handler for a command that does not allow it.
    #[error(
        "command '{0}' has an out-of-band handler but does not allow out-of-band execution; set ALLOW_OOB or register it in-band"
    )]
    OobNotAllowed(&'static str),
    /// A command that allows out-of-band execution without a handler for it.
    #[error("command '{0}' allows out-of-band execution but has no handler for it; register it with command_oob")]
    OobMissing(&'static str),
}

impl Registry {
    pub(crate) fn add<C: Command>(&mut self, in_band: InBand<C>, run_oob: Option<OobRunner>) {
        let index = CommandIndex(self.table.specs.len());
        if self.table.by_name.insert(C::NAME, index).is_some() {
            self.faults.push(RegistrationError::Twice(C::NAME));
        }
        match (&run_oob, C::ALLOW_OOB) {
            (Some(_), false) => self.faults.push(RegistrationError::OobNotAllowed(C::NAME)),
            (None, true) => self.faults.push(RegistrationError::OobMissing(C::NAME)),
            (Some(_), true) | (None, false) => {}
        }
        self.table.specs.push(CommandSpec { name: C::NAME, prepare: prepare::<C>, run_oob });
        self.handlers.push(Box::new(in_band));
    }
}

fn prepare<C: Command>(arguments: Arguments) -> Result<Box<dyn Any + Send>, QmpError> {
    Ok(Box::new(C::from_arguments(arguments)?))
}
