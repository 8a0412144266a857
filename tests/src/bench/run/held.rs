//! Who takes part where the main thread has no time for anybody: two `qmp-vmm`, one of them to be dumped, since all its
//! sessions are told of each dump, and an embedder whose commands do nothing but hold the thread.

use std::path::Path;

use tempfile::TempDir;

use crate::bench::connection::{Connection, Peer};
use crate::bench::flood::Flood;
use crate::bench::holder::{self, Holder};
use crate::bench::options::{OobForm, Options};
use crate::bench::report::{RoundTripFigures, Row};
use crate::bench::requests::out_of_band;
use crate::bench::round_trip::{self, Against, Candidate, Meanwhile, Target};
use crate::bench::servers::{Availability, MonitorServer, OwnServer};
use crate::program::Transport;
use crate::{Outcome, Product};

/// The monitors of each server: idle, two pairs of the measured one and the one beside it, and one beside the echo.
const MONITORS: usize = 6;

/// RAM that one dump writes: takes some milliseconds.
const DUMPED_BYTES: usize = 32 << 20;

/// Every session hears of each dump.
const DUMPED: &[&str] = &["DUMP_COMPLETED"];

/// The servers.
struct LineUp {
    echo: OwnServer,
    vmm: Availability<MonitorServer>,
    dumped: Availability<MonitorServer>,
    embedder: OwnServer,
    /// Where the dumps go.
    directory: TempDir,
    form: OobForm,
}

/// Out-of-band commands all the while.
pub(super) fn measure(options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let line_up = LineUp::start(options)?;
    round_trip::measure(line_up.candidates(), options.extent())
}

impl LineUp {
    fn start(options: &Options) -> Outcome<Self> {
        // In memory if there is such a file system: a disk is another's and has moods.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        Ok(Self {
            echo: OwnServer::start_echo("echo", Transport::Unix)?,
            vmm: MonitorServer::start(Product::QmpVmm, MONITORS, options),
            dumped: MonitorServer::start(Product::QmpVmm, MONITORS, options),
            embedder: OwnServer::start_embedder("hold-monitor", MONITORS)?,
            directory,
            form: options.form,
        })
    }

    fn candidates(&self) -> Vec<Candidate> {
        let echo = |meanwhile| Ok(Target::echo(self.echo.address())?.beside(meanwhile));
        let beside_dump = self.dumped.and_then(|vmm| echo(self.dumping(vmm, 5)?));
        let waiting = self.vmm.and_then(|vmm| Ok(self.vmm_target(vmm, 1)?.beside(waiting(vmm, 2)?)));
        let dumped = self.dumped.and_then(|vmm| Ok(self.vmm_target(vmm, 3)?.beside(self.dumping(vmm, 4)?)));
        let held = |monitor, beside, hold| Ok(self.own_target(monitor)?.beside(self.holder(beside, hold)?));
        let beside_spinning = self.holder(5, holder::SPIN).and_then(echo);
        let (echo, vmm, own) = ("bare echo", "qmp-vmm OOB", "embedder OOB");
        let against = |idle: &str| Against::Idle(idle.to_owned());
        vec![
            Candidate::new(echo, Target::echo(self.echo.address())),
            Candidate::new(vmm, self.vmm.and_then(|vmm| self.vmm_target(vmm, 0))),
            Candidate::new("qmp-vmm OOB, a command waits for its release", waiting).against(against(vmm)),
            Candidate::new("qmp-vmm OOB, main thread dumps RAM", dumped).against(against(vmm)),
            Candidate::new("bare echo, while qmp-vmm dumps RAM", beside_dump).against(against(echo)),
            Candidate::new(own, self.own_target(0)),
            Candidate::new("embedder OOB, main thread blocked", held(1, 2, holder::BLOCK)).against(against(own)),
            Candidate::new("embedder OOB, main thread computes", held(3, 4, holder::SPIN)).against(against(own)),
            Candidate::new("bare echo, while the embedder's computes", beside_spinning).against(against(echo)),
        ]
    }

    fn vmm_target(&self, vmm: &MonitorServer, monitor: usize) -> Outcome<Target> {
        let mut target = Target::monitor(vmm.address(monitor), &["oob"], out_of_band(self.form))?;
        target.connection.pass_over(DUMPED);
        Ok(target)
    }

    /// Two dumps are in flight, so that one is always written.
    fn dumping(&self, vmm: &MonitorServer, monitor: usize) -> Outcome<Box<dyn Meanwhile>> {
        let file = self.directory.path().join(format!("core{monitor}"));
        Ok(Box::new(Flood::of(&dump_to(&file)?, 2, open(vmm.address(monitor))?)))
    }

    fn own_target(&self, monitor: usize) -> Outcome<Target> {
        Target::monitor(&self.embedder.monitor(monitor)?, &["oob"], holder::PING)
    }

    fn holder(&self, monitor: usize, hold: &'static str) -> Outcome<Box<dyn Meanwhile>> {
        let connection = open(&self.embedder.monitor(monitor)?)?;
        Ok(Box::new(Holder { connection, hold, release: holder::RELEASE }))
    }
}

fn waiting(vmm: &MonitorServer, monitor: usize) -> Outcome<Box<dyn Meanwhile>> {
    let connection = open(vmm.address(monitor))?;
    let (hold, release) = (holder::HOLD_DISPATCHER, holder::RELEASE_DISPATCHER);
    Ok(Box::new(Holder { connection, hold, release }))
}

fn open(peer: &impl Peer) -> Outcome<Connection> {
    let mut connection = Connection::open_session(peer, &["oob"])?;
    connection.pass_over(DUMPED);
    Ok(connection)
}

fn dump_to(file: &Path) -> Outcome<String> {
    let protocol = format!("file:{}", file.display());
    let arguments = serde_json::json!({"paging": false, "protocol": protocol, "begin": 0, "length": DUMPED_BYTES});
    let request = serde_json::json!({"execute": "dump-guest-memory", "arguments": arguments, "id": 1});
    Ok(format!("{request}\n"))
}
