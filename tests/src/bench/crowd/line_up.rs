//! The servers of the crowd, each a process of its own.

use super::{Candidate, Crowd};
use crate::bench::connection::Connection;
use crate::bench::options::Options;
use crate::bench::pipeline::Load;
use crate::bench::readiness::Watch;
use crate::bench::servers::{MonitorServer, name_of};
use crate::{Outcome, Product};

const CONNECTIONS: usize = 64;

const IN_FLIGHT: usize = 8;

/// Starts both products with a monitor for each connection, and one for the connection that is alone.
pub(super) fn start(options: &Options) -> Vec<Candidate> {
    let candidate = |product| {
        let crowd = MonitorServer::start(product, CONNECTIONS + 1, options).then(crowd_of);
        Candidate {
            name: format!("{}, {CONNECTIONS} connections, {IN_FLIGHT} in flight each", name_of(product)),
            crowd,
        }
    };
    [Product::Qemu, Product::QmpVmm].map(candidate).into()
}

fn crowd_of(server: MonitorServer) -> Outcome<Crowd> {
    let mut watch = Watch::new()?;
    let mut connections = Vec::new();
    for monitor in 0..CONNECTIONS {
        let connection = Connection::open_session(server.address(monitor), &["oob"])?;
        watch.add(&connection, monitor)?;
        connections.push(connection);
    }
    // Enough that what is in flight at the end is little beside it, and not so much that the slice of QEMU takes seconds.
    let (alone, each) = match server.product {
        Product::Qemu => (400, 40),
        Product::QmpVmm => (8000, 300),
    };
    let connection = Connection::open_session(server.address(CONNECTIONS), &["oob"])?;
    let alone = Load { connection, in_flight: IN_FLIGHT, commands: alone, pid: server.pid() };
    Ok(Crowd { connections, watch, in_flight: IN_FLIGHT, commands: CONNECTIONS * each, alone, server })
}
