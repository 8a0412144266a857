//! Who takes part in round trips, over either kind of socket: the echoes, and both products in both bands. Each server is a
//! process of its own.

use crate::bench::connection::Waits;
use crate::bench::flood::Flood;
use crate::bench::options::{OobForm, Options};
use crate::bench::report::{RoundTripFigures, Row};
use crate::bench::requests::{IN_BAND, IN_BAND_FUNCTION, out_of_band};
use crate::bench::round_trip::{self, Against, Candidate, Target};
use crate::bench::servers::{Availability, MonitorServer, OwnServer, name_of};
use crate::program::Transport;
use crate::{Launch, Outcome, Product};

/// The monitors of a server, one for each kind of work: a monitor serves one client.
const PLAIN: usize = 0;
const WITH_OOB: usize = 1;
const FUNCTION: usize = 2;
const OOB: usize = 3;
const OOB_FLOODED: usize = 4;
const FLOOD_BESIDE_OOB: usize = 5;
const FLOOD_BESIDE_ECHO: usize = 6;
const MONITORS: usize = 7;

const BARE: &str = "bare echo";

/// The line that in-band round trips are set against.
const TWO_THREADS: &str = "bare echo, through a second thread";

/// The servers.
struct LineUp {
    echo: OwnServer,
    two_threads: OwnServer,
    tokio_echo: OwnServer,
    monitors: [(Product, Availability<MonitorServer>); 2],
    form: OobForm,
}

/// On UNIX sockets, idle and beside a flood.
pub(super) fn measure(options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let line_up = LineUp::start(Transport::Unix, options)?;
    let mut candidates = line_up.idle();
    candidates.extend(line_up.flooded());
    round_trip::measure(candidates, options.extent())
}

/// Over TCP.
pub(super) fn measure_over_tcp(options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let line_up = LineUp::start(Transport::Tcp, options)?;
    round_trip::measure(line_up.idle(), options.extent())
}

/// On UNIX sockets, with clients that wait in their reads.
pub(super) fn measure_waiting_in_reads(options: &Options) -> Outcome<Vec<Row<RoundTripFigures>>> {
    let line_up = LineUp::start(Transport::Unix, options)?;
    let waiting = |candidate: Candidate| Candidate {
        target: candidate.target.then(|target| Ok(target.waiting(Waits::InRead))),
        ..candidate
    };
    round_trip::measure(line_up.idle().into_iter().map(waiting).collect(), options.extent())
}

impl LineUp {
    fn start(transport: Transport, options: &Options) -> Outcome<Self> {
        let monitors = [Product::Qemu, Product::QmpVmm].map(|product| {
            let launch = Launch::new(product).transport(transport).monitors(MONITORS);
            let launch = match transport {
                Transport::Unix => launch,
                // QEMU's default is off. Both take the option.
                Transport::Tcp => launch.monitor_options("nodelay=on"),
            };
            (product, MonitorServer::launch(product, &launch, options))
        });
        Ok(Self {
            echo: OwnServer::start_echo("echo", transport)?,
            two_threads: OwnServer::start_echo("echo-through-two-threads", transport)?,
            tokio_echo: OwnServer::start_echo("tokio-echo", transport)?,
            monitors,
            form: options.form,
        })
    }

    /// With nothing beside them.
    fn idle(&self) -> Vec<Candidate> {
        let mut candidates = vec![
            Candidate::new(BARE, Target::echo(self.echo.address())),
            Candidate::new(TWO_THREADS, Target::echo(self.two_threads.address())),
            Candidate::new("tokio echo", Target::echo(self.tokio_echo.address())),
        ];
        for (product, server) in &self.monitors {
            let line = |what: &str, monitor: usize, enable: &[&str], request| {
                let target = server.and_then(|server| Target::monitor(server.address(monitor), enable, request));
                Candidate::new(format!("{} {what}", name_of(*product)), target)
            };
            let in_band = [
                line("in-band, oob off", PLAIN, &[], IN_BAND),
                line("in-band, oob on", WITH_OOB, &["oob"], IN_BAND),
                line("in-band, oob on, run by a function", FUNCTION, &["oob"], IN_BAND_FUNCTION),
            ];
            candidates.extend(in_band.map(|candidate| candidate.against(Against::TwoThreads(TWO_THREADS.to_owned()))));
            candidates.push(line("OOB", OOB, &["oob"], self.out_of_band(*product)));
        }
        candidates
    }

    /// While another monitor of the same server is kept busy.
    fn flooded(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (product, server) in &self.monitors {
            let name = name_of(*product);
            let flooded = server.and_then(|server| {
                let target = Target::monitor(server.address(OOB_FLOODED), &["oob"], self.out_of_band(*product))?;
                Ok(target.beside(Box::new(Flood::on(server.address(FLOOD_BESIDE_OOB))?)))
            });
            let flooded = Candidate::new(format!("{name} OOB, dispatcher flooded"), flooded);
            candidates.push(flooded.against(Against::Idle(format!("{name} OOB"))));
            let beside = server.and_then(|server| {
                let flood = Flood::on(server.address(FLOOD_BESIDE_ECHO))?;
                Ok(Target::echo(self.echo.address())?.beside(Box::new(flood)))
            });
            let beside = Candidate::new(format!("{BARE}, while {name} is flooded"), beside);
            candidates.push(beside.against(Against::Idle(BARE.to_owned())));
        }
        candidates
    }

    fn out_of_band(&self, product: Product) -> &'static str {
        match product {
            Product::Qemu => out_of_band(OobForm::ExecOob),
            Product::QmpVmm => out_of_band(self.form),
        }
    }
}
