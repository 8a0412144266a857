//! A monitor with the schema `schema/checks.json` whose commands do nothing but say that they were executed.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix::System;
use actix_qmp::{Command, Monitors, MonitorsBuilder, QmpError, ShutdownTrigger, VersionInfo};
use tempfile::TempDir;

use crate::program::Address;
use crate::{Failure, Outcome, QmpClient};

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

/// The monitor, on a thread of its own; it ends with the value.
#[derive(Debug)]
pub struct CheckedMonitor {
    folder: TempDir,
    trigger: ShutdownTrigger,
    thread: Option<JoinHandle<()>>,
}

impl CheckedMonitor {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no room for its socket.
    #[expect(clippy::missing_panics_doc, reason = "the thread's panics are the test's")]
    pub fn start() -> Outcome<Self> {
        let folder = tempfile::tempdir().map_err(Failure::new)?;
        let options = format!("unix:{},server=on,wait=off", folder.path().join("qmp").display());
        let (tell, told) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let mut monitors = register(Monitors::builder(VersionInfo::new("checks")))
                    .start()
                    .await
                    .expect("the table of commands is right");
                let options = options.parse().expect("options of a monitor");
                monitors.add(options).await.expect("a socket");
                let trigger = monitors.shutdown_trigger();
                tell.send(trigger.clone()).expect("who started it waits");
                trigger.triggered().await;
                monitors.shutdown(Duration::from_secs(60)).await.expect("an end in order");
            });
        });
        let trigger = told.recv().map_err(Failure::new)?;
        Ok(Self { folder, trigger, thread: Some(thread) })
    }

    /// A client in command mode, without `oob`.
    /// # Errors
    /// If the monitor does not answer.
    pub fn client(&self) -> Outcome<QmpClient> {
        let path: PathBuf = self.folder.path().join("qmp");
        let mut client = QmpClient::connect(&Address::Unix(path))?;
        client.greeting()?;
        client.negotiate(&[])?;
        Ok(client)
    }
}

impl Drop for CheckedMonitor {
    fn drop(&mut self) {
        self.trigger.trigger();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the monitor did not end in order");
    }
}
