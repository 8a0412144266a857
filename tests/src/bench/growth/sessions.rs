//! What a session costs when there are many, and what the others, which do nothing, cost the one that is used.

use std::os::unix::net::UnixStream;

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
use crate::{Failure, Launch, Outcome, Product};

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

/// One number of sessions: a process that has them all, and the one session that is used.
struct Point {
    sessions: usize,
    resident: u64,
    active: Connection,
    medians_us: Vec<f64>,
    /// These live as long as it is measured.
    _idle: Vec<UnixStream>,
    _server: MonitorServer,
}

pub(super) fn measure(options: &Options, extent: GrowthExtent) -> Vec<Row<SessionsFigures>> {
    let one_monitor = Launch::new(Product::QmpVmm).start().and_then(|program| resident_bytes(program.pid()));
    let mut points = Vec::new();
    for sessions in SESSIONS.into_iter().filter(|sessions| *sessions <= extent.sessions) {
        let (sessions, name) = match most(getrlimit(Resource::Nofile).current) {
            most if sessions > most => (most, format!("{most} (open files end there)")),
            _ => (sessions, sessions.to_string()),
        };
        let point = match MonitorServer::start(Product::QmpVmm, sessions, options) {
            Availability::There(server) => Point::open(server, sessions).into(),
            Availability::Absent(reason) => Availability::Absent(reason),
            Availability::Broken(reason) => Availability::Broken(reason),
        };
        points.push((name, point));
    }
    // In turns: other work of the machine must not look like growth.
    for _ in 0..TURNS {
        for (_, point) in &mut points {
            let Availability::There(there) = point else { continue };
            if let Err(failure) = there.turn(out_of_band(options.form).as_bytes()) {
                *point = Availability::Broken(failure.to_string());
            }
        }
    }
    let outcome = |(name, point)| match point {
        Availability::Absent(reason) => Row { name, outcome: RowOutcome::NotMeasured { reason } },
        Availability::Broken(reason) => Row { name, outcome: RowOutcome::Failed { reason } },
        Availability::There(point) => row(name, figures(point, &one_monitor)),
    };
    points.into_iter().map(outcome).collect()
}

impl Point {
    fn open(server: MonitorServer, sessions: usize) -> Outcome<Self> {
        let mut idle = Vec::with_capacity(sessions);
        for monitor in 1..sessions {
            idle.push(Connection::open_session(server.path(monitor)?, &["oob"])?.into_stream()?);
        }
        let active = Connection::open_session(server.path(0)?, &["oob"])?;
        let resident = resident_bytes(server.pid())?;
        Ok(Self { sessions, resident, active, medians_us: Vec::new(), _idle: idle, _server: server })
    }

    fn turn(&mut self, request: &[u8]) -> Outcome {
        let mut took_us = Vec::with_capacity(TURN);
        for _ in 0..TURN {
            took_us.push(self.active.round_trip(request, expect_return)?.as_secs_f64() * 1e6);
        }
        self.medians_us.push(quartiles(took_us)?.median);
        Ok(())
    }
}

fn figures(point: Point, one_monitor: &Outcome<u64>) -> Outcome<SessionsFigures> {
    let one_monitor = *one_monitor.as_ref().map_err(Failure::new)?;
    let added = (point.resident as f64 - one_monitor as f64) / 1024.0;
    Ok(SessionsFigures {
        sessions: point.sessions,
        kib_each: (point.sessions >= ENOUGH_TO_COUNT).then(|| added / (point.sessions - 1) as f64),
        resident_mib: point.resident as f64 / (1024.0 * 1024.0),
        oob_p50_us: quartiles(point.medians_us)?,
    })
}

/// How many sessions there can be: each takes two open files of the server, the socket that listens and the connection.
fn most(open_files: Option<u64>) -> usize {
    open_files.map_or(usize::MAX, |files| usize::try_from(files.saturating_sub(OTHER_FILES) / 2).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_takes_two_open_files() {
        assert_eq!(most(Some(20_000)), 9_950);
        assert_eq!(most(Some(10)), 0);
        assert_eq!(most(None), usize::MAX);
    }
}
