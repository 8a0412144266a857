//! Who takes part with several requests in flight on one connection.

use crate::Product;
use crate::bench::connection::Connection;
use crate::bench::options::Options;
use crate::bench::pipeline::{self, Candidate, Load};
use crate::bench::report::{PipelineFigures, Row};
use crate::bench::servers::{MonitorServer, name_of};

/// Both products, in both modes, each on a monitor of its own.
pub(super) fn measure(options: &Options) -> Vec<Row<PipelineFigures>> {
    let servers = MonitorServer::start_both(2, options);
    let mut candidates = Vec::new();
    for (product, server) in &servers {
        // About the same time for both: QEMU takes a quarter of a millisecond for each.
        let commands = match product {
            Product::Qemu => 400,
            Product::QmpVmm => 8000,
        };
        let candidate = |what: &str, monitor: usize, enable: &[&str], in_flight| Candidate {
            name: format!("{}, {what}", name_of(*product)),
            load: server.and_then(|server| {
                let connection = Connection::open_session(server.address(monitor), enable)?;
                Ok(Load { connection, in_flight, commands, pid: server.pid() })
            }),
        };
        candidates.push(candidate("8 in flight, oob on", 0, &["oob"], 8));
        candidates.push(candidate("64 written ahead, oob off", 1, &[], 64));
    }
    pipeline::measure(candidates, options.extent())
}
