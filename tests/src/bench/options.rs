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

    /// Write everything to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Run one of the servers instead
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The servers with which everything is compared, run as processes of their own.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Echo what comes, blocking
    Echo {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, on a tokio runtime
    TokioEcho {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, blocking, one client after the other
    EchoInTurn {
        /// The socket
        path: PathBuf,
    },
    /// Echo what comes, blocking, on the socket that standard input is
    TcpEcho,
    /// Echo what comes, on a tokio runtime, on the socket that standard input is
    TokioTcpEcho,
    /// Monitors and no machine
    Embedder {
        /// The socket of the first
        path: PathBuf,
        /// How many
        monitors: usize,
    },
    /// Start one monitor, read its greeting, and tell how long that took
    StartOnce {
        /// The socket
        path: PathBuf,
    },
    /// Answer every line with the same one, blocking
    Answer {
        /// The socket
        path: PathBuf,
        /// The file that has the answer
        reply: PathBuf,
    },
    /// A monitor with no commands but its own that tells another schema
    SchemaMonitor {
        /// The socket
        path: PathBuf,
        /// The file that has the schema's introspection
        introspection: PathBuf,
    },
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

impl Options {
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
