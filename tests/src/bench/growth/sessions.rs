//! What a session costs when there are many, and what the others, which do nothing, cost the one that is used.

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use super::{quartiles, row};
use crate::bench::connection::{Connection, expect_return};
use crate::bench::options::{GrowthExtent, Options};
use crate::bench::process::resident_bytes;
use crate::bench::report::{Row, RowOutcome};
use crate::bench::requests::out_of_band;
use crate::bench::servers::{Availability, MonitorServer};
use crate::bench::statistics::Quartiles;
use crate::{Launch, Outcome, Product};

const SESSIONS: [usize; 6] = [1, 10, 100, 1_000, 3_000, 10_000];

/// Open files of the server that are none of a monitor's, and then some.
const OTHER_FILES: u64 = 100;

/// With fewer sessions, what the process itself takes more or less from start to start is more than they take.
const ENOUGH_TO_COUNT: usize = 100;

/// Turns of round trips, and round trips in each.
const TURNS: usize = 20;
const TURN: usize = 100;

/// Of one number of sessions.
#[derive(Debug, Serialize)]
pub struct SessionsFigures {
    /// The number.
    pub sessions: usize,
    /// What each monitor with its session adds, in KiB; none where that is lost among the process's own pages.
    pub kib_each: Option<f64>,
    /// The process, in MiB.
    pub resident_mib: f64,
    /// A round trip out-of-band on one session while the others do nothing, in microseconds; each turn's median.
    pub oob_p50_us: Quartiles,
}

pub(super) fn measure(options: &Options, extent: GrowthExtent) -> Vec<Row<SessionsFigures>> {
    let one_monitor = Launch::new(Product::QmpVmm).start().and_then(|program| resident_bytes(program.pid()));
    let mut rows = Vec::new();
    for sessions in SESSIONS.into_iter().filter(|sessions| *sessions <= extent.sessions) {
        let (sessions, name) = match most(getrlimit(Resource::Nofile).current) {
            most if sessions > most => (most, format!("{most} (open files end there)")),
            _ => (sessions, sessions.to_string()),
        };
        rows.push(match (MonitorServer::start(Product::QmpVmm, sessions, options), &one_monitor) {
            (Availability::Absent(reason), _) => Row { name, outcome: RowOutcome::NotMeasured { reason } },
            (Availability::Broken(reason), _) => Row { name, outcome: RowOutcome::Failed { reason } },
            (_, Err(failure)) => Row { name, outcome: RowOutcome::Failed { reason: failure.to_string() } },
            (Availability::There(server), Ok(one)) => row(name, figures(&server, sessions, *one, options)),
        });
    }
    rows
}

/// How many sessions there can be: each takes three open files of the server, the socket that listens, the connection, and
/// the connection once more, by which its end is noticed while nothing is read.
fn most(open_files: Option<u64>) -> usize {
    open_files.map_or(usize::MAX, |files| usize::try_from(files.saturating_sub(OTHER_FILES) / 3).unwrap_or(usize::MAX))
}

fn figures(server: &MonitorServer, sessions: usize, one_monitor: u64, options: &Options) -> Outcome<SessionsFigures> {
    let mut open = Vec::with_capacity(sessions);
    for monitor in 0..sessions {
        open.push(Connection::open_session(server.path(monitor)?, &["oob"])?.into_stream()?);
    }
    let resident = resident_bytes(server.pid())?;
    drop(open.pop());
    let mut active = Connection::open_session(server.path(sessions - 1)?, &["oob"])?;
    let request = out_of_band(options.form).as_bytes();
    let mut medians = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        let mut took_us = Vec::with_capacity(TURN);
        for _ in 0..TURN {
            took_us.push(active.round_trip(request, expect_return)?.as_secs_f64() * 1e6);
        }
        medians.push(quartiles(took_us)?.median);
    }
    let added = (resident as f64 - one_monitor as f64) / 1024.0;
    Ok(SessionsFigures {
        sessions,
        kib_each: (sessions >= ENOUGH_TO_COUNT).then(|| added / (sessions - 1) as f64),
        resident_mib: resident as f64 / (1024.0 * 1024.0),
        oob_p50_us: quartiles(medians)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_takes_three_open_files() {
        assert_eq!(most(Some(20_000)), 6_633);
        assert_eq!(most(Some(10)), 0);
        assert_eq!(most(None), usize::MAX);
    }
}
