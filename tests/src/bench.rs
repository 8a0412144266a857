//! The bench: figures of `qmp-vmm` beside a bare echo, a tokio echo and QEMU, in one run.
//!
//! A figure of its own means little on a shared machine, so targets take turns, a hundred round trips each, and every
//! turn's median is divided by the bare echo's of the same round; the median of these ratios is what counts, with
//! everything pinned to one CPU. Unpinned figures are printed too, but a CPU that has to wake up adds what it likes.
//!
//! | module | is for |
//! |---|---|
//! | [`options`] | the command line |
//! | [`run`] | what is measured, in which order |
//! | [`servers`] | the processes that answer |
//! | [`echo`] | the two echoes, run as child processes of this program |
//! | [`connection`] | the blocking client |
//! | [`round_trip`], [`flood`], [`holder`] | one request at a time, also while another monitor or the main thread is kept busy |
//! | [`embedder`] | a program with nothing but monitors, run as a child process of this program |
//! | [`pipeline`] | several requests in flight |
//! | [`crowd`] | the same on many connections at once |
//! | [`session_rate`] | sessions that end as soon as they have begun |
//! | [`introspection`] | `query-qmp-schema`: QEMU and a monitor that has QEMU's schema |
//! | [`schema_monitor`] | that monitor, run as a child process of this program |
//! | [`compilation`] | how long a large schema takes to compile |
//! | [`start`] | how long it takes until a client is greeted |
//! | [`asleep`] | what the library alone costs while nothing happens |
//! | [`idle`] | what a session costs that does nothing |
//! | [`statistics`], [`process`], [`placement`] | medians, the system's own counts, which CPU |
//! | [`report`] | the tables, for people and for machines |

pub mod asleep;
pub mod compilation;
pub mod connection;
pub mod crowd;
pub mod echo;
pub mod embedder;
pub mod flood;
pub mod holder;
pub mod idle;
pub mod introspection;
pub mod options;
pub mod pipeline;
pub mod placement;
pub mod process;
pub mod report;
pub mod requests;
pub mod round_trip;
pub mod run;
pub mod schema_monitor;
pub mod servers;
pub mod session_rate;
pub mod start;
pub mod statistics;
