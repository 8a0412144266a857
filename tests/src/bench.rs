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
//! | [`echo`] | the echoes, run as child processes of this program |
//! | [`connection`] | the blocking client |
//! | [`round_trip`], [`flood`], [`holder`] | one request at a time, also while another monitor or the main thread is kept busy |
//! | [`embedder`] | programs with nothing but monitors, run as child processes of this program |
//! | [`pipeline`] | several requests in flight |
//! | [`crowd`] | the same on many connections at once |
//! | [`session_rate`] | sessions that end as soon as they have begun |
//! | [`introspection`] | `query-qmp-schema`: QEMU and a monitor that has QEMU's schema |
//! | [`large_requests`] | framing and parsing beside the JSON crate, in this process |
//! | [`compilation`] | how long a large schema takes to compile |
//! | [`start`] | how long it takes until a client is greeted |
//! | [`asleep`] | what the library alone costs while nothing happens |
//! | [`idle`] | what a session costs that does nothing |
//! | [`scale`] | what is measured at scale, with its tables |
//! | [`events`] | events to many sessions |
//! | [`latency`] | how long requests take under a steady load |
//! | [`growth`] | how cost grows |
//! | [`instructions`] | how many instructions an operation takes, compared with what is kept |
//! | [`turns`] | servers take turns |
//! | [`readiness`], [`open_files`] | waiting for many connections, and having so many |
//! | [`statistics`], [`process`], [`placement`] | medians, the system's own counts, which CPU |
//! | [`charts`] | pictures of some of the figures |
//! | [`report`] | the tables, for people and for machines |

pub mod asleep;
pub mod charts;
pub mod compilation;
pub mod connection;
pub mod crowd;
pub mod echo;
pub mod embedder;
pub mod events;
pub mod flood;
pub mod growth;
pub mod holder;
pub mod idle;
pub mod instructions;
pub mod introspection;
pub mod large_requests;
pub mod latency;
pub mod open_files;
pub mod options;
pub mod pipeline;
pub mod placement;
pub mod process;
pub mod readiness;
pub mod report;
pub mod requests;
pub mod round_trip;
pub mod run;
pub mod scale;
pub mod servers;
pub mod session_rate;
pub mod start;
pub mod statistics;
pub mod turns;
