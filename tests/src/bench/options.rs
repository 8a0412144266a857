//! The command line of the bench.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Figures of qmp-vmm beside a bare echo, a tokio echo and QEMU, in one run.
///
/// Ends with a status other than 0 if a server that was started could not be reached or broke off.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
pub struct Options {
    /// The CPU to which this program and all servers are pinned for the figures that count
    #[arg(long, value_name = "CPU", default_value_t = 1)]
    pub pin: usize,

    /// Where to measure
    #[arg(long, value_name = "WHERE", default_value = "both")]
    pub placement: PlacementChoice,

    /// How requests to qmp-vmm are marked out-of-band
    #[arg(long, value_name = "FORM", default_value = "exec-oob")]
    pub form: OobForm,

    /// A tenth of everything: to see that it works, not for figures
    #[arg(long)]
    pub quick: bool,

    /// Idle sessions in one process
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub sessions: usize,

    /// Monitors with a session in one process that embeds the library and nothing else
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub embedded: usize,

    /// Leave a server out; its lines are still shown, as not measured
    #[arg(long, value_name = "SERVER")]
    pub without: Vec<Server>,

    /// Measure only this part; may be given several times
    #[arg(long, value_name = "PART")]
    pub only: Vec<Part>,

    /// Write everything to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Write charts of what is measured to this directory, as SVG
    #[arg(long, value_name = "DIR")]
    pub charts: Option<PathBuf>,

    /// Run one of the servers instead
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The servers with which everything is compared, run as processes of their own.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Echo what comes, blocking
    #[command(hide = true)]
    Echo {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, on a tokio runtime
    #[command(hide = true)]
    TokioEcho {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, through a second thread
    #[command(hide = true)]
    EchoThroughTwoThreads {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, blocking, one client after the other
    #[command(hide = true)]
    EchoInTurn {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, blocking, on the socket that standard input is
    #[command(hide = true)]
    TcpEcho,
    /// Echo what comes, on a tokio runtime, on the socket that standard input is
    #[command(hide = true)]
    TokioTcpEcho,
    /// Monitors and no machine
    #[command(hide = true)]
    Embedder {
        /// The socket of the first
        path: PathBuf,
        /// How many
        monitors: usize,
    },
    /// Start one monitor, read its greeting, and tell how long that took
    #[command(hide = true)]
    StartOnce {
        /// The socket
        path: PathBuf,
    },
    /// Answer every line with the same one, blocking
    #[command(hide = true)]
    Answer {
        /// The socket
        path: PathBuf,
        /// The file that has the answer
        reply: PathBuf,
    },
    /// A monitor with no commands but its own that tells another schema
    #[command(hide = true)]
    SchemaMonitor {
        /// The socket
        path: PathBuf,
        /// The file that has the schema's introspection
        introspection: PathBuf,
    },
    /// Count the instructions of one operation each on the hot paths, under callgrind
    Instructions {
        /// Compare with the counts that are kept, and fail if one is more than their tolerance worse
        #[arg(long)]
        check: bool,
        /// Keep these counts from now on
        #[arg(long, conflicts_with = "check")]
        keep: bool,
    },
    /// Monitors that emit as many events as they are asked for
    #[command(hide = true)]
    EventMonitor {
        /// The socket of a monitor that is there to tell that all are; the others' names are made of it
        path: PathBuf,
        /// How many others
        sessions: usize,
    },
    /// Read a request of a file once, and print how much memory that took
    #[command(hide = true)]
    ParseOnce {
        /// What reads it
        #[arg(value_name = "READER")]
        reader: RequestReader,
        /// The file
        file: PathBuf,
    },
    /// Measure nothing but large requests
    LargeRequests {
        /// A tenth of everything
        #[arg(long)]
        quick: bool,
        /// Only lines whose name has this in it
        #[arg(long, value_name = "TEXT", default_value = "")]
        only: String,
    },
}

/// `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Round trips, pipelined, short sessions, introspection, compilation
    Base,
    /// Starting, and idle sessions
    Idle,
    /// Large requests
    LargeRequests,
    /// Events to many sessions
    Events,
    /// How long requests take under a steady load
    Latency,
    /// How cost grows with sessions, sizes, requests in flight and events
    Growth,
}

/// `--placement`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlacementChoice {
    /// Pinned, then unpinned
    Both,
    /// Pinned only
    Pinned,
    /// Unpinned only
    Unpinned,
}

/// `--form`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OobForm {
    /// "exec-oob" in place of "execute", as QEMU has it
    ExecOob,
    /// "control": {"run-oob": true} beside "execute", as the series has it
    Control,
}

/// `--without`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// The program itself
    QmpVmm,
    /// The reference
    Qemu,
}

/// What reads a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RequestReader {
    /// The monitor's parser
    Parser,
    /// `serde_json::from_slice`
    FromSlice,
}

/// How much is measured. Every loop ends by count, and early by time.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Rounds of round trips.
    pub rounds: usize,
    /// No round is begun after this many seconds.
    pub round_trip_seconds: u64,
    /// Slices of pipelined commands.
    pub slices: usize,
    /// No slice is begun after this many seconds.
    pub pipeline_seconds: u64,
    /// Rounds of introspection.
    pub introspection_rounds: usize,
    /// No such round is begun after this many seconds.
    pub introspection_seconds: u64,
}

/// How long a steady load lasts, at each rate.
#[derive(Debug, Clone, Copy)]
pub struct LatencyExtent {
    /// Slices.
    pub slices: usize,
    /// Their length.
    pub slice: Duration,
    /// No slice is begun after this many seconds.
    pub seconds: u64,
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
    /// Events.
    pub events: u64,
    /// In so many slices.
    pub slices: usize,
    /// No slice is begun after this many seconds.
    pub seconds: u64,
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

impl LargeExtent {
    /// For figures.
    pub const FULL: Self = Self { turns: 40, each_row: Duration::from_secs(3), sent: 20 };
    /// To see that it works.
    pub const QUICK: Self = Self { turns: 3, each_row: Duration::from_millis(300), sent: 2 };
}

impl Options {
    /// Whether this part is measured.
    pub fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// How much to measure where the figures count.
    pub fn extent(&self) -> Extent {
        if self.quick {
            Extent {
                rounds: 10,
                round_trip_seconds: 4,
                slices: 5,
                pipeline_seconds: 2,
                introspection_rounds: 3,
                introspection_seconds: 2,
            }
        } else {
            Extent {
                rounds: 100,
                round_trip_seconds: 30,
                slices: 40,
                pipeline_seconds: 8,
                introspection_rounds: 20,
                introspection_seconds: 12,
            }
        }
    }

    /// How many events to emit.
    pub fn event_extent(&self) -> EventExtent {
        if self.quick {
            EventExtent { events: 100_000, slices: 4, seconds: 15 }
        } else {
            EventExtent { events: 1_000_000, slices: 50, seconds: 240 }
        }
    }

    /// How long steady loads last.
    pub fn latency_extent(&self) -> LatencyExtent {
        if self.quick {
            LatencyExtent { slices: 2, slice: Duration::from_millis(100), seconds: 15 }
        } else {
            LatencyExtent { slices: 10, slice: Duration::from_millis(500), seconds: 150 }
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

    /// How much of large requests to measure, also where nothing else is.
    pub fn large_extent(&self) -> LargeExtent {
        let quick = self.quick || matches!(self.command, Some(Command::LargeRequests { quick: true, .. }));
        if quick { LargeExtent::QUICK } else { LargeExtent::FULL }
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
