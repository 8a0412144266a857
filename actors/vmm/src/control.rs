//! Which handler runs which command.

use actix::dev::ToEnvelope;
use actix::{Addr, Context, Handler};
use actix_qmp::{Command, MonitorsBuilder};

use crate::machine::{Machine, OutOfBand};
use crate::qapi::SCHEMA;
use crate::qapi::commands::{
    Cont, DumpGuestMemory, Migrate, MigrateCancel, MigrateIncoming, QueryCpusFast, QueryDump,
    QueryDumpGuestMemoryCapability, QueryMemorySizeSummary, QueryMigrate, QueryName, QueryStatus, QueryYank, Quit,
    Stop, SystemPowerdown, SystemReset, XExitPreconfig, Yank,
};

/// Registers all commands of this VMM: those that need the machine go to its actor, those that must work while the main
/// thread is stuck run wherever the client asks for.
#[must_use]
pub fn register(builder: MonitorsBuilder, machine: &Addr<Machine>, out_of_band: &OutOfBand) -> MonitorsBuilder {
    let to_machine = Registration { builder: builder.schema(&SCHEMA), machine };
    let builder = to_machine
        .command::<QueryStatus>()
        .command::<Stop>()
        .command::<Cont>()
        .command::<SystemReset>()
        .command::<SystemPowerdown>()
        .command::<Quit>()
        .command::<XExitPreconfig>()
        .command::<QueryName>()
        .command::<QueryCpusFast>()
        .command::<QueryMemorySizeSummary>()
        .command::<DumpGuestMemory>()
        .command::<QueryDump>()
        .command::<QueryDumpGuestMemoryCapability>()
        .command::<Migrate>()
        .command::<MigrateCancel>()
        .command::<QueryMigrate>()
        .builder;

    let (incoming, yank, query_yank) = (out_of_band.clone(), out_of_band.clone(), out_of_band.clone());
    builder
        .command_oob::<MigrateIncoming>(move |command| incoming.migrate_incoming(&command))
        .command_oob::<Yank>(move |command| yank.yank(&command))
        .command_oob::<QueryYank>(move |_| Ok(query_yank.query_yank()))
}

struct Registration<'a> {
    builder: MonitorsBuilder,
    machine: &'a Addr<Machine>,
}

impl Registration<'_> {
    fn command<C: Command>(mut self) -> Self
    where
        Machine: Handler<C>,
        Context<Machine>: ToEnvelope<Machine, C>,
    {
        self.builder = self.builder.command_to(self.machine.clone().recipient::<C>());
        self
    }
}
