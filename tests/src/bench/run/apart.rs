//! The same work once more, apart, each server a process of its own: over TCP, or with a client that waits in its read.

use super::line_up::{echo_line, echo_target, target};
use crate::bench::connection::Waits;
use crate::bench::options::{OobForm, Options};
use crate::bench::requests::{IN_BAND, out_of_band};
use crate::bench::round_trip::Candidate;
use crate::bench::servers::{Availability, MonitorServer, OwnServer, name_of};
use crate::program::Transport;
use crate::{Launch, Outcome, Product};

/// The monitors of a server, one for each kind of work: a monitor serves one client.
const IN_BAND_PLAIN: usize = 0;
const IN_BAND_WITH_OOB: usize = 1;
const OOB: usize = 2;
const MONITORS: usize = 3;

/// The servers.
pub(super) struct Apart {
    echo: OwnServer,
    tokio_echo: OwnServer,
    monitors: [(Product, Availability<MonitorServer>); 2],
    waits: Waits,
}

impl Apart {
    /// Over TCP.
    pub(super) fn over_tcp(options: &Options) -> Outcome<Self> {
        // QEMU's default is off. Both take the option.
        let monitors = Self::monitors(options, |launch| launch.transport(Transport::Tcp).monitor_options("nodelay=on"));
        let (echo, tokio_echo) = (OwnServer::start_tcp("tcp-echo")?, OwnServer::start_tcp("tokio-tcp-echo")?);
        Ok(Self { echo, tokio_echo, monitors, waits: Waits::InPoll })
    }

    /// On UNIX sockets, with clients that wait in their reads.
    pub(super) fn waiting_in_reads(options: &Options) -> Outcome<Self> {
        let monitors = Self::monitors(options, |launch| launch);
        let (echo, tokio_echo) = (OwnServer::start("echo", None)?, OwnServer::start("tokio-echo", None)?);
        Ok(Self { echo, tokio_echo, monitors, waits: Waits::InRead })
    }

    fn monitors(options: &Options, with: fn(Launch) -> Launch) -> [(Product, Availability<MonitorServer>); 2] {
        [Product::Qemu, Product::QmpVmm].map(|product| {
            let launch = with(Launch::new(product)).monitors(MONITORS);
            (product, MonitorServer::launch(product, &launch, options))
        })
    }

    pub(super) fn round_trips(&self, form: OobForm) -> Vec<Candidate> {
        let mut candidates = vec![
            echo_line("bare echo", echo_target(self.echo.address(), None)),
            echo_line("tokio echo", echo_target(self.tokio_echo.address(), None)),
        ];
        for (product, server) in &self.monitors {
            let oob = match product {
                Product::Qemu => out_of_band(OobForm::ExecOob),
                Product::QmpVmm => out_of_band(form),
            };
            let lines = [
                ("in-band, oob off", target(server, IN_BAND_PLAIN, &[], IN_BAND)),
                ("in-band, oob on", target(server, IN_BAND_WITH_OOB, &["oob"], IN_BAND)),
                ("OOB", target(server, OOB, &["oob"], oob)),
            ];
            candidates.extend(lines.map(|(what, target)| Candidate {
                name: format!("{} {what}", name_of(*product)),
                beside: None,
                target,
            }));
        }
        candidates.into_iter().map(|candidate| candidate.waiting(self.waits)).collect()
    }
}
