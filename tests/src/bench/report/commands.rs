//! Figures of commands: one at a time, several in flight, and one whose reply is long.

use serde::Serialize;

use crate::bench::statistics::Quartiles;

/// Of one request at a time.
#[derive(Debug, Serialize)]
pub struct RoundTripFigures {
    /// The median of the turns' medians, in microseconds.
    pub p50_us: f64,
    /// Of all round trips, in microseconds.
    pub p99_us: f64,
    /// Each turn's median over the bare echo's of the same round.
    pub to_echo: Quartiles,
    /// The p99 over the bare echo's, each of all round trips.
    pub p99_to_echo: f64,
    /// Each turn's median over that of the echo through two threads, of the same round: for what is run on another thread
    /// than it is read on.
    pub to_two_threads: Option<Quartiles>,
    /// Each turn's median over that of the same work with nothing beside it, of the same round.
    pub to_idle: Option<Quartiles>,
    /// How many there were.
    pub round_trips: u64,
}

/// Of several requests in flight.
#[derive(Debug, Serialize)]
pub struct PipelineFigures {
    /// Commands a second, slice by slice.
    pub per_second: Quartiles,
    /// The server's CPU time for a command, in microseconds, slice by slice.
    pub cpu_us: Quartiles,
}

/// Of `query-qmp-schema`, one request at a time.
#[derive(Debug, Serialize)]
pub struct IntrospectionFigures {
    /// Entries of the reply.
    pub entries: usize,
    /// Its length.
    pub bytes: usize,
    /// The median of the turns' medians, in microseconds.
    pub p50_us: f64,
    /// Replies a second, turn by turn.
    pub per_second: Quartiles,
    /// Bytes of replies in a second, in the median turn.
    pub bytes_per_second: f64,
    /// The server's CPU time for a reply, in microseconds, turn by turn.
    pub cpu_us: Quartiles,
    /// Replies a second over QEMU's of the same round.
    pub to_qemu: Option<Quartiles>,
}
