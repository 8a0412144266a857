//! What a session costs when there are many, and what the others, which do nothing, cost the one that is used.

use std::time::Duration;

use serde::Serialize;

use crate::bench::connection::{Connection, Socket, expect_return};
use crate::bench::open_files::affordable;
use crate::bench::options::{GrowthExtent, Options};
use crate::bench::process::resident_bytes;
use crate::bench::report::Row;
use crate::bench::requests::out_of_band;
use crate::bench::servers::{Availability, MonitorServer};
use crate::bench::statistics::Quartiles;
use crate::bench::turns::{self, Rounds};
use crate::{Failure, Launch, Outcome, Product};

const SESSIONS: [usize; 6] = [1, 10, 100, 1_000, 3_000, 10_000];

/// With fewer sessions, what the process itself takes more or less from start to start is more than they take.
const ENOUGH_TO_COUNT: usize = 100;

/// In turns: other work of the machine must not look like growth.
const ROUNDS: Rounds = Rounds { count: 20, at_most: Duration::from_secs(60) };

/// Round trips a turn.
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
    /// These live as long as it is measured.
    _idle: Vec<Socket>,
    _server: MonitorServer,
}

pub(super) fn measure(options: &Options, extent: GrowthExtent) -> Vec<Row<SessionsFigures>> {
    let one_monitor = Launch::new(Product::QmpVmm).start().and_then(|program| resident_bytes(program.pid()));
    let (mut names, mut points) = (Vec::<String>::new(), Vec::new());
    for sessions in SESSIONS.into_iter().filter(|sessions| *sessions <= extent.sessions) {
        let (sessions, name) = match affordable(sessions) {
            all if all == sessions => (all, all.to_string()),
            most => (most, format!("{most} (open files end there)")),
        };
        let server = MonitorServer::start(Product::QmpVmm, sessions, options);
        names.push(name);
        points.push(server.then(|server| Point::open(server, sessions)));
    }
    let mut medians_us = vec![Vec::new(); points.len()];
    turns::take(ROUNDS, points.iter_mut().zip(&mut medians_us), |point, medians_us| {
        medians_us.push(point.turn(out_of_band(options.form).as_bytes())?);
        Ok(())
    });
    let figures = |((name, point), medians_us): ((_, Availability<Point>), _)| {
        Row::new(name, point.then(|point| figures(&point, medians_us, &one_monitor)))
    };
    names.into_iter().zip(points).zip(medians_us).map(figures).collect()
}

impl Point {
    fn open(server: MonitorServer, sessions: usize) -> Outcome<Self> {
        let mut idle = Vec::with_capacity(sessions);
        for monitor in 1..sessions {
            idle.push(Connection::open_session(server.path(monitor)?, &["oob"])?.into_socket()?);
        }
        let active = Connection::open_session(server.path(0)?, &["oob"])?;
        let resident = resident_bytes(server.pid())?;
        Ok(Self { sessions, resident, active, _idle: idle, _server: server })
    }

    /// The median of a turn, in microseconds.
    fn turn(&mut self, request: &[u8]) -> Outcome<f64> {
        let mut took_us = Vec::with_capacity(TURN);
        for _ in 0..TURN {
            took_us.push(self.active.round_trip(request, expect_return)?.as_secs_f64() * 1e6);
        }
        Ok(Quartiles::of_some(took_us)?.median)
    }
}

fn figures(point: &Point, medians_us: Vec<f64>, one_monitor: &Outcome<u64>) -> Outcome<SessionsFigures> {
    let one_monitor = *one_monitor.as_ref().map_err(Failure::new)?;
    let added = (point.resident as f64 - one_monitor as f64) / 1024.0;
    Ok(SessionsFigures {
        sessions: point.sessions,
        kib_each: (point.sessions >= ENOUGH_TO_COUNT).then(|| added / (point.sessions - 1) as f64),
        resident_mib: point.resident as f64 / (1024.0 * 1024.0),
        oob_p50_us: Quartiles::of_some(medians_us)?,
    })
}
