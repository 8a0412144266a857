//! The command line of the bench.

use std::path::PathBuf;

mod command;
mod extent;

use clap::{Parser, ValueEnum};

pub use self::command::{Command, Process, RequestReader};
pub use self::extent::{EventExtent, Extent, GrowthExtent, LargeExtent, LatencyExtent};

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

    /// Do something else instead
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// One request at a time, in both bands: on UNIX sockets, over TCP, beside a flood
    RoundTrips,
    /// Out-of-band while the main thread has no time
    Held,
    /// Several requests in flight, on one connection and on many
    Pipelined,
    /// Short sessions, one after the other
    SessionRate,
    /// `query-qmp-schema`
    Introspection,
    /// Requests of 64 KiB and more
    LargeRequests,
    /// How long QEMU's schema takes to compile
    Compilation,
    /// How long it takes until a client is greeted
    Start,
    /// What monitors and sessions cost that do nothing
    Idle,
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

impl Options {
    /// Whether this part is measured.
    pub fn has(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}
