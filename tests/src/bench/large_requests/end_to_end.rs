//! Large requests over a socket: from the first byte to the reply.
//!
//! The request is for a command that nobody has, which both monitors find out when they have read and parsed all of it.

use std::time::Duration;

use super::{Case, Quotes, SIZES, Shape};
use crate::bench::connection::Connection;
use crate::bench::options::{LargeExtent, Options};
use crate::bench::report::{EndToEndFigures, Row};
use crate::bench::servers::{MonitorServer, name_of};
use crate::bench::statistics::Quartiles;
use crate::{Failure, Outcome, Product};

/// QEMU reads a byte with each system call: a megabyte takes it many seconds.
const QEMU_AT_MOST: usize = SIZES[0];

/// Measures both products.
pub(super) fn measure(options: &Options, extent: LargeExtent) -> Vec<Row<EndToEndFigures>> {
    let mut rows = Vec::new();
    for product in [Product::Qemu, Product::QmpVmm] {
        let server = MonitorServer::start(product, 1, options);
        let sizes = SIZES.into_iter().filter(|bytes| product == Product::QmpVmm || *bytes <= QEMU_AT_MOST);
        let shapes = sizes.flat_map(|bytes| [Shape::LongString, Shape::BlockNodes].map(|shape| (shape, bytes)));
        for (shape, bytes) in shapes {
            let case = Case { shape, bytes, quotes: Quotes::Double };
            let figures = server.and_then(|server| figures(case, server, extent));
            rows.push(Row::new(format!("{}, {}", name_of(product), case.name()), figures));
        }
    }
    rows
}

fn figures(case: Case, server: &MonitorServer, extent: LargeExtent) -> Outcome<EndToEndFigures> {
    let mut connection = session(server)?;
    let text = case.text();
    let rounds = if server.product == Product::Qemu { extent.sent.min(3) } else { extent.sent };
    let took = (0..rounds).map(|_| exchange(&mut connection, &text)).collect::<Outcome<Vec<_>>>()?;
    let quartiles = |figure: fn(&Duration, usize) -> f64| {
        Quartiles::of_some(took.iter().map(|took| figure(took, text.len())).collect())
    };
    Ok(EndToEndFigures {
        bytes: text.len(),
        took_ms: quartiles(|took, _| took.as_secs_f64() * 1e3)?,
        megabytes: quartiles(|took, bytes| bytes as f64 / took.as_secs_f64() / 1e6)?,
    })
}

/// A session with the only monitor of a server.
pub(super) fn session(server: &MonitorServer) -> Outcome<Connection> {
    Connection::open_session(server.path(0)?, &[])
}

/// Sends a request and waits until it is known that nobody has its command.
pub(super) fn exchange(connection: &mut Connection, text: &str) -> Outcome<Duration> {
    let (took, reply) = connection.exchange(text.as_bytes())?;
    if reply.starts_with(b"{\"error\": {\"class\": \"CommandNotFound\"") {
        return Ok(took);
    }
    Err(Failure::new(format!("unexpected: {}", String::from_utf8_lossy(reply).trim_end())))
}
