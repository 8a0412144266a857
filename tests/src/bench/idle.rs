//! What a session costs that does nothing: one process with many monitors, its resident memory before and after a
//! session was opened on each, beside that of a process with one monitor.

use super::connection::Connection;
use super::options::Options;
use super::process::resident_bytes;
use super::report::{IdleFigures, Row};
use super::servers::{MonitorServer, name_of};
use crate::{Launch, Outcome, Product};

/// Measures both products, one after the other.
pub fn measure(options: &Options) -> Vec<Row<IdleFigures>> {
    [Product::Qemu, Product::QmpVmm].map(|product| row(product, options)).into()
}

fn row(product: Product, options: &Options) -> Row<IdleFigures> {
    let sessions = options.idle_sessions();
    let server = MonitorServer::start(product, sessions, options);
    let figures = server.and_then(|server| figures(server, sessions, one_monitor(product)?));
    Row::new(format!("{}, {sessions} monitors", name_of(product)), figures)
}

/// What the process takes anyway.
fn one_monitor(product: Product) -> Outcome<u64> {
    let program = Launch::new(product).start()?;
    resident_bytes(program.pid())
}

fn figures(server: &MonitorServer, sessions: usize, one_monitor_bytes: u64) -> Outcome<IdleFigures> {
    let before_bytes = resident_bytes(server.pid())?;
    let mut open = Vec::with_capacity(sessions);
    for monitor in 0..sessions {
        open.push(Connection::open_session(server.path(monitor)?, &["oob"])?);
    }
    let after_bytes = resident_bytes(server.pid())?;
    // Only now may they close.
    drop(open);
    let each = |before: u64| (after_bytes as f64 - before as f64) / sessions as f64;
    Ok(IdleFigures {
        sessions,
        one_monitor_bytes,
        before_bytes,
        after_bytes,
        bytes_per_session: each(before_bytes),
        bytes_per_monitor_and_session: each(one_monitor_bytes),
    })
}
