//! A monitor with the schema `schema/checks.json` whose commands do nothing but say that they were executed.

use actix_qmp::{Command, MonitorsBuilder, QmpError};

/// The commands of the schema, which are QEMU's.
mod schema {
    actix_qmp::include_schema!("checks");
}

use schema::SCHEMA;
use schema::commands::{
    AddFd, AnnounceSelf, BlockDirtyBitmapMerge, BlockLatencyHistogramSet, BlockResize, BlockSetIoThrottle,
    BlockSetWriteThreshold, BlockdevAdd, BlockdevReopen, ChardevAdd, ChardevSendBreak, DeviceAdd, DumpGuestMemory,
    InjectNmi, InputSendEvent, Migrate, MigrateSetCapabilities, MigrateSetParameters, NbdServerStart, NetdevAdd,
    ObjectAdd, Pmemsave, QomGet, QomListTypes, QomSet, QueryCpuModelExpansion, QueryKvm, QueryStats, QueryYank,
    RingbufRead, RingbufWrite, Screendump, SendKey, SetLink, SetNumaNode, SetPassword, TraceEventSetState, Transaction,
    Yank,
};

/// What a command says that was executed.
pub const EXECUTED: &str = "executed";

fn executed<C: Command>(_: C) -> Result<C::Return, QmpError> {
    Err(QmpError::generic(EXECUTED))
}

/// Adds the schema and its commands.
#[must_use]
pub fn register(builder: MonitorsBuilder) -> MonitorsBuilder {
    builder
        .schema(&SCHEMA)
        .command_fn(executed::<RingbufRead>)
        .command_fn(executed::<RingbufWrite>)
        .command_fn(executed::<ChardevSendBreak>)
        .command_fn(executed::<ChardevAdd>)
        .command_fn(executed::<SetLink>)
        .command_fn(executed::<NetdevAdd>)
        .command_fn(executed::<AnnounceSelf>)
        .command_fn(executed::<BlockResize>)
        .command_fn(executed::<BlockSetWriteThreshold>)
        .command_fn(executed::<BlockLatencyHistogramSet>)
        .command_fn(executed::<BlockSetIoThrottle>)
        .command_fn(executed::<NbdServerStart>)
        .command_fn(executed::<BlockDirtyBitmapMerge>)
        .command_fn(executed::<BlockdevAdd>)
        .command_fn(executed::<BlockdevReopen>)
        .command_fn(executed::<Transaction>)
        .command_fn(executed::<SetNumaNode>)
        .command_fn(executed::<Pmemsave>)
        .command_fn(executed::<DumpGuestMemory>)
        .command_fn(executed::<QueryCpuModelExpansion>)
        .command_fn(executed::<DeviceAdd>)
        .command_fn(executed::<InjectNmi>)
        .command_fn(executed::<QueryKvm>)
        .command_fn(executed::<TraceEventSetState>)
        .command_fn(executed::<AddFd>)
        .command_fn(executed::<Migrate>)
        .command_fn(executed::<MigrateSetCapabilities>)
        .command_fn(executed::<MigrateSetParameters>)
        .command_fn(executed::<SetPassword>)
        .command_fn(executed::<Screendump>)
        .command_fn(executed::<SendKey>)
        .command_fn(executed::<InputSendEvent>)
        .command_fn(executed::<QomGet>)
        .command_fn(executed::<QomSet>)
        .command_fn(executed::<QomListTypes>)
        .command_fn(executed::<ObjectAdd>)
        .command_fn(executed::<QueryStats>)
        .command_oob(executed::<Yank>)
        .command_oob(executed::<QueryYank>)
}
