//! Who takes part: the servers of one placement, and the lines of the tables that they give.

use crate::bench::connection::{Connection, Waits, expect_anything, expect_return};
use crate::bench::flood::Flood;
use crate::bench::options::{OobForm, Options};
use crate::bench::requests::{ECHOED, IN_BAND, IN_BAND_FUNCTION_REQUEST, out_of_band};
use crate::bench::servers::{Availability, MonitorServer, OwnServer, name_of};
use crate::bench::{introspection, pipeline, round_trip};
use crate::program::Address;
use crate::{Outcome, Product};

/// The monitors of a server, one for each kind of work: a monitor serves one client.
const IN_BAND_PLAIN: usize = 0;
const IN_BAND_WITH_OOB: usize = 1;
const OOB_IDLE: usize = 2;
const OOB_FLOODED: usize = 3;
const FLOOD_BESIDE_OOB: usize = 4;
const FLOOD_BESIDE_ECHO: usize = 5;
const PIPELINED_WITH_OOB: usize = 6;
const PIPELINED_PLAIN: usize = 7;
const INTROSPECTION: usize = 8;
const IN_BAND_FUNCTION: usize = 9;
const MONITORS: usize = 10;

/// The row that in-band round trips are set against.
const TWO_THREADS: &str = "bare echo, through a second thread";

/// The servers.
pub(super) struct LineUp {
    echo: OwnServer,
    tokio_echo: OwnServer,
    two_threads: OwnServer,
    monitors: [(Product, Availability<MonitorServer>); 2],
}

impl LineUp {
    pub(super) fn start(options: &Options) -> Outcome<Self> {
        let monitors =
            [Product::Qemu, Product::QmpVmm].map(|product| (product, MonitorServer::start(product, MONITORS, options)));
        let (echo, tokio_echo) = (OwnServer::start("echo", None)?, OwnServer::start("tokio-echo", None)?);
        let two_threads = OwnServer::start("echo-through-two-threads", None)?;
        Ok(Self { echo, tokio_echo, two_threads, monitors })
    }

    pub(super) fn round_trips(&self, form: OobForm) -> Outcome<Vec<round_trip::Candidate>> {
        let mut candidates = vec![
            echo_line("bare echo", echo_target(self.echo.address(), None)),
            echo_line("tokio echo", echo_target(self.tokio_echo.address(), None)),
            echo_line(TWO_THREADS, echo_target(self.two_threads.address(), None)),
        ];
        for (product, server) in &self.monitors {
            let name = name_of(*product);
            let oob = match product {
                Product::Qemu => out_of_band(OobForm::ExecOob),
                Product::QmpVmm => out_of_band(form),
            };
            let mut line = |what: &str, beside: Option<String>, target: Availability<_>| {
                candidates.push(round_trip::Candidate { name: format!("{name} {what}"), beside, target });
            };
            let least = || Some(TWO_THREADS.to_owned());
            line("in-band, oob off", least(), target(server, IN_BAND_PLAIN, &[], IN_BAND));
            line("in-band, oob on", least(), target(server, IN_BAND_WITH_OOB, &["oob"], IN_BAND));
            let by_function = target(server, IN_BAND_FUNCTION, &["oob"], IN_BAND_FUNCTION_REQUEST);
            line("in-band, oob on, run by a function", least(), by_function);
            line("OOB", None, target(server, OOB_IDLE, &["oob"], oob));
            let flooded = server.and_then(|server| {
                let flood = Flood::on(server.path(FLOOD_BESIDE_OOB)?)?;
                let mut target = session_target(server.address(OOB_FLOODED), &["oob"], oob)?;
                target.meanwhile = Some(Box::new(flood));
                Ok(target)
            });
            line("OOB, dispatcher flooded", Some(format!("{name} OOB")), flooded);
            let beside = server.and_then(|server| {
                let flood = Flood::on(server.path(FLOOD_BESIDE_ECHO)?)?;
                echo_target(self.echo.address(), Some(Box::new(flood)))
            });
            candidates.push(round_trip::Candidate {
                name: format!("bare echo, while {name} is flooded"),
                beside: Some("bare echo".to_owned()),
                target: beside,
            });
        }
        Ok(candidates.into_iter().map(|candidate| candidate.waiting(Waits::InPoll)).collect())
    }

    pub(super) fn pipelined(&self) -> Vec<pipeline::Candidate> {
        let mut candidates = Vec::new();
        for (product, server) in &self.monitors {
            let name = name_of(*product);
            let with_oob = load(server, PIPELINED_WITH_OOB, &["oob"], 8);
            candidates.push(pipeline::Candidate { name: format!("{name}, 8 in flight, oob on"), load: with_oob });
            let plain = load(server, PIPELINED_PLAIN, &[], 64);
            candidates.push(pipeline::Candidate { name: format!("{name}, 64 written ahead, oob off"), load: plain });
        }
        candidates
    }

    /// Only QEMU has a schema of that size, so without it there is nothing to measure.
    pub(super) fn introspection(&self) -> introspection::LineUp {
        let [(_, qemu), _] = &self.monitors;
        introspection::LineUp::start(&qemu.and_then(|qemu| Ok((qemu.path(INTROSPECTION)?.to_owned(), qemu.pid()))))
    }
}

/// An echo, as it is measured.
pub(super) fn echo_target(
    address: &Address,
    meanwhile: Option<Box<dyn round_trip::Meanwhile>>,
) -> Outcome<round_trip::Target> {
    Ok(round_trip::Target {
        connection: Connection::open(address)?,
        request: ECHOED,
        check: expect_anything,
        meanwhile,
    })
}

/// An echo's line.
pub(super) fn echo_line(name: &str, target: Outcome<round_trip::Target>) -> round_trip::Candidate {
    round_trip::Candidate { name: name.to_owned(), beside: None, target: target.into() }
}

/// A monitor's session, if its server is there.
pub(super) fn target(
    server: &Availability<MonitorServer>,
    monitor: usize,
    enable: &[&str],
    request: &'static str,
) -> Availability<round_trip::Target> {
    server.and_then(|server| session_target(server.address(monitor), enable, request))
}

/// A session of a monitor, as it is measured.
pub(super) fn session_target(address: &Address, enable: &[&str], request: &'static str) -> Outcome<round_trip::Target> {
    let connection = Connection::open_session(address, enable)?;
    Ok(round_trip::Target { connection, request, check: expect_return, meanwhile: None })
}

fn load(
    server: &Availability<MonitorServer>,
    monitor: usize,
    enable: &[&str],
    in_flight: usize,
) -> Availability<pipeline::Load> {
    server.and_then(|server| {
        // About the same time for both: QEMU takes a quarter of a millisecond for each.
        let commands = match server.product {
            Product::Qemu => 400,
            Product::QmpVmm => 8000,
        };
        let connection = Connection::open_session(server.path(monitor)?, enable)?;
        Ok(pipeline::Load { connection, in_flight, commands, pid: server.pid() })
    })
}
