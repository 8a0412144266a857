//! Figures of how monitors serve: many at once, one client after the other, from the start on, and nobody at all.

use serde::Serialize;

use crate::bench::statistics::Quartiles;

/// Of many connections with several requests in flight each.
#[derive(Debug, Serialize)]
pub struct CrowdFigures {
    /// How many.
    pub connections: usize,
    /// Commands a second of all together, slice by slice.
    pub per_second: Quartiles,
    /// The server's CPU time for a command, in microseconds, slice by slice.
    pub cpu_us: Quartiles,
    /// Commands a second over those of one connection alone, of the same round.
    pub to_one: Quartiles,
    /// What the connection got that got least, over its fair share, slice by slice.
    pub least_share: Quartiles,
    /// What the connection got that got most.
    pub most_share: Quartiles,
}

/// Of short sessions, one after the other.
#[derive(Debug, Serialize)]
pub struct SessionFigures {
    /// Sessions a second, turn by turn.
    pub per_second: Quartiles,
    /// The time that one takes over the echo's of the same round.
    pub to_echo: Quartiles,
}

/// Of starting.
#[derive(Debug, Serialize)]
pub struct StartFigures {
    /// How often.
    pub runs: usize,
    /// Until the greeting was read, in milliseconds.
    pub took_ms: Quartiles,
}

/// Of monitors that do nothing.
#[derive(Debug, Serialize)]
pub struct AsleepFigures {
    /// How many, each with a session.
    pub sessions: usize,
    /// How many were asked for: the limit of open files may have been in the way.
    pub wanted: usize,
    /// Resident memory of such a process with one monitor and no session.
    pub one_monitor_bytes: u64,
    /// Resident memory with all of them.
    pub after_bytes: u64,
    /// What each adds.
    pub bytes_each: f64,
    /// How often any thread wakes up.
    pub wake_ups_per_second: f64,
    /// The names of the threads.
    pub threads: Vec<String>,
}

/// Of idle sessions.
#[derive(Debug, Serialize)]
pub struct IdleFigures {
    /// How many.
    pub sessions: usize,
    /// Resident memory of such a process with one monitor and no session.
    pub one_monitor_bytes: u64,
    /// Resident memory with all monitors and no session.
    pub before_bytes: u64,
    /// Resident memory with a session on each.
    pub after_bytes: u64,
    /// What each session adds.
    pub bytes_per_session: f64,
    /// What each monitor and its session add together.
    pub bytes_per_monitor_and_session: f64,
}
