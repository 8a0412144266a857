//! The subcommands.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// What this program does besides.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Count the instructions of one operation each on the hot paths, under callgrind
    Instructions {
        /// Compare with the counts that are kept, and fail if one is more than their tolerance worse
        #[arg(long)]
        check: bool,
        /// Keep these counts from now on
        #[arg(long, conflicts_with = "check")]
        keep: bool,
    },
    /// Be one of the processes of a run
    #[command(flatten)]
    Process(Process),
}

/// Processes of a run, which nobody else starts.
#[derive(Debug, Clone, Subcommand)]
pub enum Process {
    /// Echo what comes, blocking
    #[command(hide = true)]
    Echo {
        /// The socket; none for the one that standard input is
        path: Option<PathBuf>,
    },
    /// Echo what comes, through a second thread
    #[command(hide = true)]
    EchoThroughTwoThreads {
        /// The socket; none for the one that standard input is
        path: Option<PathBuf>,
    },
    /// Echo what comes, on a tokio runtime
    #[command(hide = true)]
    TokioEcho {
        /// The socket; none for the one that standard input is
        path: Option<PathBuf>,
    },
    /// Echo what comes, blocking, one client after the other
    #[command(hide = true)]
    EchoInTurn {
        /// The socket; none for the one that standard input is
        path: Option<PathBuf>,
    },
    /// Answer every line with the same one, blocking
    #[command(hide = true)]
    Answer {
        /// The socket
        path: PathBuf,
        /// The file that has the answer
        reply: PathBuf,
    },
    /// Monitors that hold the main thread
    #[command(hide = true)]
    HoldMonitor {
        /// The socket of the first; the others' names are made of it
        path: PathBuf,
        /// How many
        monitors: usize,
    },
    /// Monitors that emit as many events as they are asked for
    #[command(hide = true)]
    EventMonitor {
        /// The socket of the first; the others' names are made of it
        path: PathBuf,
        /// How many
        monitors: usize,
    },
    /// A monitor with no commands but its own that tells another schema
    #[command(hide = true)]
    SchemaMonitor {
        /// The socket
        path: PathBuf,
        /// The file that has the schema's introspection
        introspection: PathBuf,
    },
    /// Start one monitor, read its greeting, and tell how long that took
    #[command(hide = true)]
    StartOnce {
        /// The socket
        path: PathBuf,
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
}

/// What reads a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RequestReader {
    /// The monitor's parser
    Parser,
    /// `serde_json::from_slice`
    FromSlice,
}
