//! Who takes part where the main thread has no time for anybody: two `qmp-vmm`, one of them to be dumped, since all its
//! sessions are told of each dump, and an embedder whose commands do nothing but hold the thread.

use std::path::Path;

use tempfile::TempDir;

use super::line_up::{echo_target, session_target};
use crate::bench::connection::Connection;
use crate::bench::connection::Waits;
use crate::bench::embedder::path_of;
use crate::bench::flood::Flood;
use crate::bench::holder::{self, Holder};
use crate::bench::options::{OobForm, Options};
use crate::bench::requests::out_of_band;
use crate::bench::round_trip::{Candidate, Meanwhile, Target};
use crate::bench::servers::{Availability, MonitorServer, OwnServer};
use crate::program::Address;
use crate::{Failure, Outcome, Product};

/// The monitors of each server: idle, two pairs of the measured one and the one beside it, and one beside the echo.
const MONITORS: usize = 6;

/// RAM that one dump writes: takes some milliseconds.
const DUMPED_BYTES: usize = 32 << 20;

/// Every session hears of each dump.
const DUMPED: &[&str] = &["DUMP_COMPLETED"];

/// The servers.
pub(super) struct Hindered {
    echo: OwnServer,
    vmm: Availability<MonitorServer>,
    dumped: Availability<MonitorServer>,
    embedder: OwnServer,
    /// Where the dumps go.
    directory: TempDir,
    form: OobForm,
}

impl Hindered {
    pub(super) fn start(options: &Options) -> Outcome<Self> {
        // In memory if there is such a file system: a disk is another's and has moods.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        Ok(Self {
            echo: OwnServer::start("echo", None)?,
            vmm: MonitorServer::start(Product::QmpVmm, MONITORS, options),
            dumped: MonitorServer::start(Product::QmpVmm, MONITORS, options),
            embedder: OwnServer::start_with("embedder", [MONITORS.to_string()])?,
            directory,
            form: options.form,
        })
    }

    pub(super) fn round_trips(&self) -> Vec<Candidate> {
        let echo = |meanwhile| echo_target(self.echo.address(), meanwhile);
        let beside_dump = self.dumped.and_then(|vmm| echo(Some(self.dumping(vmm, 5)?)));
        let beside_spinning = self.holder(5, holder::SPIN).and_then(|spinning| echo(Some(spinning)));
        let (vmm, own) = (Some("qmp-vmm OOB"), Some("embedder OOB"));
        let waiting = target_on(&self.vmm, 1, self.form, |vmm| waiting(vmm, 2));
        let dumped = target_on(&self.dumped, 3, self.form, |vmm| self.dumping(vmm, 4).map(Some));
        let lines: [(&str, Option<&str>, Availability<Target>); 9] = [
            ("bare echo", None, echo(None).into()),
            ("qmp-vmm OOB", None, target_on(&self.vmm, 0, self.form, |_| Ok(None))),
            ("qmp-vmm OOB, a command waits for its release", vmm, waiting),
            ("qmp-vmm OOB, main thread dumps RAM", vmm, dumped),
            ("bare echo, while qmp-vmm dumps RAM", Some("bare echo"), beside_dump),
            ("embedder OOB", None, self.own_target(0, None).into()),
            ("embedder OOB, main thread blocked", own, self.held(1, 2, holder::BLOCK).into()),
            ("embedder OOB, main thread computes", own, self.held(3, 4, holder::SPIN).into()),
            ("bare echo, while the embedder's computes", Some("bare echo"), beside_spinning.into()),
        ];
        let candidate = |(name, beside, target): (&str, Option<&str>, _)| Candidate {
            name: name.to_owned(),
            beside: beside.map(str::to_owned),
            target,
        };
        lines.into_iter().map(candidate).map(|candidate| candidate.waiting(Waits::InPoll)).collect()
    }

    /// Two dumps are in flight, so that one is always written.
    fn dumping(&self, vmm: &MonitorServer, monitor: usize) -> Outcome<Box<dyn Meanwhile>> {
        let file = self.directory.path().join(format!("core{monitor}"));
        Ok(Box::new(Flood::of(&dump_to(&file)?, 2, open(vmm.address(monitor))?)))
    }

    fn own_address(&self, monitor: usize) -> Outcome<Address> {
        match self.embedder.address() {
            Address::Unix(path) => Ok(Address::Unix(path_of(path, monitor))),
            Address::Tcp(_) => Err(Failure::new("not a UNIX socket")),
        }
    }

    fn own_target(&self, monitor: usize, meanwhile: Option<Box<dyn Meanwhile>>) -> Outcome<Target> {
        let mut target = session_target(&self.own_address(monitor)?, &["oob"], holder::PING)?;
        target.meanwhile = meanwhile;
        Ok(target)
    }

    fn held(&self, monitor: usize, beside: usize, hold: &'static str) -> Outcome<Target> {
        self.own_target(monitor, Some(self.holder(beside, hold)?))
    }

    fn holder(&self, monitor: usize, hold: &'static str) -> Outcome<Box<dyn Meanwhile>> {
        let connection = open(&self.own_address(monitor)?)?;
        Ok(Box::new(Holder { connection, hold, release: holder::RELEASE }))
    }
}

fn target_on(
    server: &Availability<MonitorServer>,
    monitor: usize,
    form: OobForm,
    meanwhile: impl FnOnce(&MonitorServer) -> Outcome<Option<Box<dyn Meanwhile>>>,
) -> Availability<Target> {
    server.and_then(|server| {
        let mut target = session_target(server.address(monitor), &["oob"], out_of_band(form))?;
        target.connection.pass_over(DUMPED);
        target.meanwhile = meanwhile(server)?;
        Ok(target)
    })
}

fn waiting(vmm: &MonitorServer, monitor: usize) -> Outcome<Option<Box<dyn Meanwhile>>> {
    let connection = open(vmm.address(monitor))?;
    let (hold, release) = (holder::HOLD_DISPATCHER, holder::RELEASE_DISPATCHER);
    Ok(Some(Box::new(Holder { connection, hold, release })))
}

fn open(address: &Address) -> Outcome<Connection> {
    let mut connection = Connection::open_session(address, &["oob"])?;
    connection.pass_over(DUMPED);
    Ok(connection)
}

fn dump_to(file: &Path) -> Outcome<String> {
    let protocol = format!("file:{}", file.display());
    let arguments = serde_json::json!({"paging": false, "protocol": protocol, "begin": 0, "length": DUMPED_BYTES});
    let request = serde_json::json!({"execute": "dump-guest-memory", "arguments": arguments, "id": 1});
    Ok(format!("{request}\n"))
}
