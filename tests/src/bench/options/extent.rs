//! How much is measured: for figures, and with `--quick`. Every loop ends by count, and early by time.

use std::time::Duration;

use super::Options;
use crate::bench::turns::Rounds;

/// Where figures of a few servers are set side by side.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Of round trips.
    pub round_trips: Rounds,
    /// Of slices of pipelined commands, or of short sessions.
    pub pipelined: Rounds,
    /// Of introspection.
    pub introspection: Rounds,
}

/// How long a steady load lasts, at each rate.
#[derive(Debug, Clone, Copy)]
pub struct LatencyExtent {
    /// Of slices.
    pub rounds: Rounds,
    /// Their length.
    pub slice: Duration,
}

/// How far growth is followed.
#[derive(Debug, Clone, Copy)]
pub struct GrowthExtent {
    /// The most sessions.
    pub sessions: usize,
    /// How long to measure at one size of a request, or one rate of events.
    pub point: Duration,
}

/// How many events are emitted to each number of sessions.
#[derive(Debug, Clone, Copy)]
pub struct EventExtent {
    /// Events, in all rounds together.
    pub events: u64,
    /// Of slices.
    pub rounds: Rounds,
}

/// How much of large requests is measured.
#[derive(Debug, Clone, Copy)]
pub struct LargeExtent {
    /// Turns of each row, and at least three.
    pub turns: usize,
    /// No turn of a row but these is begun after this time.
    pub each_row: Duration,
    /// Requests of each size that are sent to a server.
    pub sent: usize,
}

const fn rounds(count: usize, seconds: u64) -> Rounds {
    Rounds { count, at_most: Duration::from_secs(seconds) }
}

impl Options {
    /// How much to measure where the figures count.
    pub fn extent(&self) -> Extent {
        if self.quick {
            Extent { round_trips: rounds(10, 4), pipelined: rounds(5, 2), introspection: rounds(3, 2) }
        } else {
            Extent { round_trips: rounds(100, 30), pipelined: rounds(40, 8), introspection: rounds(20, 12) }
        }
    }

    /// How many events to emit.
    pub fn event_extent(&self) -> EventExtent {
        if self.quick {
            EventExtent { events: 100_000, rounds: rounds(4, 15) }
        } else {
            EventExtent { events: 1_000_000, rounds: rounds(50, 240) }
        }
    }

    /// How long steady loads last.
    pub fn latency_extent(&self) -> LatencyExtent {
        if self.quick {
            LatencyExtent { rounds: rounds(2, 15), slice: Duration::from_millis(100) }
        } else {
            LatencyExtent { rounds: rounds(10, 150), slice: Duration::from_millis(500) }
        }
    }

    /// How far to follow growth.
    pub fn growth_extent(&self) -> GrowthExtent {
        if self.quick {
            GrowthExtent { sessions: 1_000, point: Duration::from_millis(100) }
        } else {
            GrowthExtent { sessions: 10_000, point: Duration::from_secs(1) }
        }
    }

    /// How much of large requests to measure.
    pub fn large_extent(&self) -> LargeExtent {
        if self.quick {
            LargeExtent { turns: 3, each_row: Duration::from_millis(300), sent: 2 }
        } else {
            LargeExtent { turns: 40, each_row: Duration::from_secs(3), sent: 20 }
        }
    }

    /// How often to compile a schema.
    pub fn compilations(&self) -> usize {
        if self.quick { 3 } else { 20 }
    }

    /// How many idle sessions.
    pub fn idle_sessions(&self) -> usize {
        if self.quick { self.sessions.min(100) } else { self.sessions }
    }

    /// How often to start a program.
    pub fn starts(&self) -> usize {
        if self.quick { 3 } else { 20 }
    }

    /// How many monitors that sleep.
    pub fn asleep_sessions(&self) -> usize {
        if self.quick { self.embedded / 10 } else { self.embedded }
    }

    /// How long they are watched.
    pub fn watched(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 5 })
    }
}
