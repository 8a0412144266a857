//! The commands of the process: what the parser knows of them, and what the dispatcher does with them.
//!
//! The parser's half crosses threads and can reach nothing of the main arbiter; the dispatcher's half never leaves it.
//! A command has the same index in both.

use std::any::Any;
use std::collections::HashSet;

use actix_qmp_messages::qapi::Schema;
use actix_qmp_messages::{Arguments, Command, CommandIndex, Outcome, PreparedCommand, QmpError};
use rustc_hash::FxHashMap;

use crate::contained::Contained;
use crate::handler::{CommandTurn, InBand, Registered};
use crate::phase::{Availability, MachineReady};

/// Runs a command out-of-band: arguments in, outcome out, on whatever thread it is called.
pub(crate) type OobRunner = Box<dyn Fn(Arguments) -> Outcome + Send + Sync>;

/// What the parser knows of a command.
pub(crate) struct CommandSpec {
    pub(crate) name: &'static str,
    availability: Availability,
    prepare: fn(Arguments) -> Result<Box<dyn Any + Send>, QmpError>,
    /// There for commands that allow it, and only for these.
    pub(crate) run_oob: Option<OobRunner>,
}

/// The parser's half.
#[derive(Default)]
pub(crate) struct CommandTable {
    specs: Vec<CommandSpec>,
    // Clients only look up, so a hash that they could foresee does no harm.
    by_name: FxHashMap<&'static str, CommandIndex>,
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
    /// Whether the command may run is decided in its turn. So wrong arguments wait for that turn too, unless the command
    /// may run already.
    ///
    /// # Errors
    /// What [`Command::from_arguments`] finds.
    pub(crate) fn prepare(&self, index: CommandIndex, arguments: Arguments) -> Result<PreparedCommand, QmpError> {
        let arguments = (self.prepare)(arguments);
        match (arguments, self.available()) {
            (Err(error), Ok(())) => Err(error),
            (arguments, _) => Ok(PreparedCommand { index, name: self.name, arguments }),
        }
    }

    /// Whether the command may run now.
    ///
    /// # Errors
    /// While the machine is not built, unless the command allows that.
    pub(crate) fn available(&self) -> Result<(), QmpError> {
        self.availability.check(self.name)
    }
}

/// Both halves while they are put together.
pub(crate) struct Registry {
    pub(crate) table: CommandTable,
    pub(crate) handlers: Vec<Box<dyn CommandTurn>>,
    pub(crate) faults: Vec<RegistrationError>,
    pub(crate) ready: MachineReady,
}

/// What becomes of commands that no schema declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithoutSchema {
    /// Nothing: they are a mistake.
    Refuse,
    /// They run.
    #[cfg(feature = "test-support")]
    Accept,
}

/// A mistake in the registration of commands, found when the monitors start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// Two handlers for one name.
    #[error("command '{0}' is registered twice; register each command once")]
    Twice(&'static str),
    /// An out-of-band handler for a command that does not allow it.
    #[error(
        "command '{0}' has an out-of-band handler but does not allow out-of-band execution; say 'allow-oob': true in the schema, or register it in-band"
    )]
    OobNotAllowed(&'static str),
    /// A command that allows out-of-band execution without a handler for it.
    #[error("command '{0}' allows out-of-band execution but has no handler for it; register it with command_oob")]
    OobMissing(&'static str),
    /// A command of a schema without a handler.
    #[error("command '{0}' is in the schema but has no handler; register one, or take it out of the schema")]
    NoHandler(&'static str),
    /// A handler for a command that no schema has.
    #[error(
        "command '{0}' has a handler but is in no schema that was given; give its SCHEMA with MonitorsBuilder::schema"
    )]
    NotInSchema(&'static str),
    /// A command or event of two schemas.
    #[error("'{0}' is in two schemas; the names of commands and events must be unique")]
    InTwoSchemas(String),
    /// A command type that was not generated from its schema.
    #[error(
        "command '{0}' differs from its schema in whether it allows out-of-band execution; take its type from the generated code"
    )]
    OtherThanSchema(&'static str),
    /// The introspection of a schema is none; that of a generated schema always is.
    #[error("the introspection of a schema is not what query-qmp-schema returns; take it from the generated SCHEMA")]
    Introspection,
}

impl Default for Registry {
    fn default() -> Self {
        let ready = MachineReady::from_the_start();
        Self { table: CommandTable::default(), handlers: Vec::new(), faults: Vec::new(), ready }
    }
}

impl Drop for CommandSpec {
    fn drop(&mut self) {
        drop(Contained::new(self.run_oob.take()));
    }
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
        let availability =
            if C::ALLOW_PRECONFIG { Availability::Always } else { Availability::WhenReady(self.ready.clone()) };
        self.handlers.push(Box::new(Registered { in_band, availability: availability.clone() }));
        self.table.specs.push(CommandSpec { name: C::NAME, availability, prepare: prepare::<C>, run_oob });
    }

    /// Compares what was registered with the schemas.
    ///
    /// # Errors
    /// Also for faults of the registration itself, which come first.
    pub(crate) fn check(&self, schemas: &[&Schema], without_schema: WithoutSchema) -> Result<(), RegistrationError> {
        if let Some(fault) = self.faults.first() {
            return Err(fault.clone());
        }
        let mut declared = HashSet::new();
        for command in schemas.iter().flat_map(|schema| schema.commands) {
            declared.insert(command.name);
            match self.table.find(command.name) {
                None => return Err(RegistrationError::NoHandler(command.name)),
                Some((_, spec)) if spec.run_oob.is_some() != command.allow_oob => {
                    return Err(RegistrationError::OtherThanSchema(command.name));
                }
                Some(_) => {}
            }
        }
        let undeclared = self.table.names().find(|name| !declared.contains(name));
        match (undeclared, without_schema) {
            (Some(name), WithoutSchema::Refuse) => Err(RegistrationError::NotInSchema(name)),
            _ => Ok(()),
        }
    }
}

fn prepare<C: Command>(arguments: Arguments) -> Result<Box<dyn Any + Send>, QmpError> {
    Ok(Box::new(Contained::new(C::from_arguments(arguments)?)))
}
