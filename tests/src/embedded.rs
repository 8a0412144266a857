//! Monitors within the test's own process, on a thread of their own, over UNIX sockets.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix::System;
use actix_qmp::{Monitors, MonitorsBuilder, ShutdownTrigger, VersionInfo};
use tempfile::TempDir;

use crate::program::Address;
use crate::{Failure, Outcome, QmpClient};

/// Ends with the value.
#[derive(Debug)]
pub struct Embedded {
    folder: TempDir,
    trigger: ShutdownTrigger,
    thread: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Starts so many monitors with what `register` adds; it runs on the monitors' main thread.
    ///
    /// # Errors
    /// If there is no room for a folder.
    #[expect(clippy::missing_panics_doc, reason = "the thread's panics are the test's")]
    pub fn start(
        monitors: usize,
        register: impl FnOnce(MonitorsBuilder) -> MonitorsBuilder + Send + 'static,
    ) -> Outcome<Self> {
        let folder = tempfile::tempdir().map_err(Failure::new)?;
        let paths: Vec<_> = (0..monitors).map(|monitor| path(&folder, monitor)).collect();
        let (tell, told) = std::sync::mpsc::channel();
        let serve = async move || {
            let builder = register(Monitors::builder(VersionInfo::new("embedded")));
            let mut all = builder.start().await.expect("the table of commands is right");
            for path in paths {
                let options = format!("unix:{},server=on,wait=off", path.display());
                drop(all.add(options.parse().expect("options of a monitor")).await.expect("a socket"));
            }
            let trigger = all.shutdown_trigger();
            tell.send(trigger.clone()).expect("who started it waits");
            trigger.triggered().await;
            all.shutdown(Duration::from_secs(60)).await.expect("an end in order");
        };
        let thread = thread::spawn(move || System::new().block_on(serve()));
        let Ok(trigger) = told.recv() else {
            // It has panicked before it could tell.
            return Err(thread.join().map_or_else(|panic| resume_unwind(panic), |()| Failure::new("no monitors")));
        };
        Ok(Self { folder, trigger, thread: Some(thread) })
    }

    /// A client of a monitor in command mode.
    ///
    /// # Errors
    /// If the monitor does not answer.
    pub fn session(&self, monitor: usize, enable: &[&str]) -> Outcome<QmpClient> {
        QmpClient::negotiated(&Address::Unix(path(&self.folder, monitor)), enable)
    }
}

fn path(folder: &TempDir, monitor: usize) -> PathBuf {
    folder.path().join(format!("qmp{monitor}"))
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.trigger.trigger();
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the monitors did not end in order");
    }
}
