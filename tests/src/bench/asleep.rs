//! What many monitors cost that do nothing, each with a session: memory, threads, and how often any thread wakes up. Of the
//! library alone, in a process of its own: a machine has threads of its own.

use std::thread;
use std::time::{Duration, Instant};

use super::connection::{Connection, Socket};
use super::open_files::affordable;
use super::options::Options;
use super::process::{resident_bytes, threads};
use super::report::{AsleepFigures, Row};
use super::servers::OwnServer;
use crate::{Failure, Outcome};

/// Threads that have done something for the start may still be there.
const SETTLED_WITHIN: Duration = Duration::from_secs(15);

/// Main, and one for I/O.
const THREADS: usize = 2;

/// Measures the embedder.
pub fn measure(options: &Options) -> Vec<Row<AsleepFigures>> {
    let wanted = options.asleep_sessions();
    let sessions = affordable(wanted);
    let name = match sessions == wanted {
        true => format!("embedder, {sessions} monitors"),
        false => format!("embedder, {sessions} monitors (of {wanted}: the limit of open files)"),
    };
    vec![Row::new(name, figures(sessions, wanted, options.watched()))]
}

fn figures(sessions: usize, wanted: usize, watched: Duration) -> Outcome<AsleepFigures> {
    let one_monitor_bytes = resident_bytes(OwnServer::start_embedder("hold-monitor", 1)?.pid())?;
    let server = OwnServer::start_embedder("hold-monitor", sessions)?;
    let mut open = Vec::with_capacity(sessions);
    for monitor in 0..sessions {
        open.push(Connection::open_session(&server.monitor(monitor)?, &["oob"])?.into_socket()?);
    }
    let settling = Instant::now();
    while threads(server.pid())?.len() > THREADS && settling.elapsed() < SETTLED_WITHIN {
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_secs(1));
    let after_bytes = resident_bytes(server.pid())?;
    let before = threads(server.pid())?;
    thread::sleep(watched);
    let after = threads(server.pid())?;
    still_open(&open)?;
    let slept_before = |id: &String| before.get(id).map_or(0, |thread| thread.wake_ups);
    let wake_ups: u64 = after.iter().map(|(id, thread)| thread.wake_ups - slept_before(id)).sum();
    Ok(AsleepFigures {
        sessions,
        wanted,
        one_monitor_bytes,
        after_bytes,
        bytes_each: (after_bytes as f64 - one_monitor_bytes as f64) / sessions as f64,
        wake_ups_per_second: wake_ups as f64 / watched.as_secs_f64(),
        threads: after.into_values().map(|thread| thread.name).collect(),
    })
}

/// A session that was closed, or told something, was not idle.
fn still_open(sockets: &[Socket]) -> Outcome {
    let silent = sockets.iter().map(Socket::is_silent).collect::<Outcome<Vec<bool>>>()?;
    if silent.into_iter().all(|silent| silent) { Ok(()) } else { Err(Failure::new("a session did not stay idle")) }
}
