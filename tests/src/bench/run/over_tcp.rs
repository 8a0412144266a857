//! Who takes part over TCP: the same work as on UNIX sockets, each server a process of its own that listens on loopback.

use super::line_up::{echo_line, echo_target, target};
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
pub(super) struct OverTcp {
    echo: OwnServer,
    tokio_echo: OwnServer,
    monitors: [(Product, Availability<MonitorServer>); 2],
}

impl OverTcp {
    pub(super) fn start(options: &Options) -> Outcome<Self> {
        let monitors = [Product::Qemu, Product::QmpVmm].map(|product| {
            // QEMU's default is off. Both take the option.
            let launch =
                Launch::new(product).transport(Transport::Tcp).monitor_options("nodelay=on").monitors(MONITORS);
            (product, MonitorServer::launch(product, &launch, options))
        });
        Ok(Self {
            echo: OwnServer::start_tcp("tcp-echo")?,
            tokio_echo: OwnServer::start_tcp("tokio-tcp-echo")?,
            monitors,
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
                idle: None,
                target,
            }));
        }
        candidates
    }
}
