//! Commands a second with 1 to 8 in flight on one connection.

use serde::Serialize;

use crate::Product;
use crate::bench::connection::Connection;
use crate::bench::options::Options;
use crate::bench::pipeline::{self, Candidate, Load};
use crate::bench::report::{PipelineFigures, Row};
use crate::bench::servers::{Availability, MonitorServer};

const DEPTHS: std::ops::RangeInclusive<usize> = 1..=8;
/// Commands a slice.
const COMMANDS: usize = 2000;

/// Of one number of requests in flight.
#[derive(Debug, Serialize)]
pub struct DepthFigures {
    /// The number.
    pub in_flight: usize,
    /// What came of it.
    #[serde(flatten)]
    pub pipelined: PipelineFigures,
}

pub(super) fn measure(options: &Options) -> Vec<Row<DepthFigures>> {
    let server = MonitorServer::start(Product::QmpVmm, *DEPTHS.end(), options);
    let load = |in_flight: usize| -> Availability<Load> {
        server.and_then(|server| {
            let connection = Connection::open_session(server.path(in_flight - 1)?, &["oob"])?;
            Ok(Load { connection, in_flight, commands: COMMANDS, pid: server.pid() })
        })
    };
    let candidate = |in_flight| Candidate { name: format!("{in_flight} in flight"), load: load(in_flight) };
    let rows = pipeline::measure(DEPTHS.map(candidate).collect(), options.extent());
    let figures = |(in_flight, row): (usize, Row<_>)| row.map(|pipelined| DepthFigures { in_flight, pipelined });
    DEPTHS.zip(rows).map(figures).collect()
}
