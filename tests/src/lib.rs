//! What the black-box tests and the benches are made of. But for some benches nothing here knows the monitor's crates: a program
//! is started, its socket is spoken to, and what comes back is compared.
//!
//! | module | is for |
//! |---|---|
//! | [`program`] | starting `qmp-vmm`, or QEMU as the reference, and ending it |
//! | [`client`] | a blocking QMP client that remembers all it saw |
//! | [`transcript`] | conversations written down with `->` and `<-` |
//! | [`differential`] | the same odd requests to QEMU and to `qmp-vmm` |
//! | [`json_suite`] | the files of JSONTestSuite |
//! | [`embedded`] | monitors within the test's own process |
//! | [`wrong_requests`] | requests whose arguments are wrong |
//! | [`python`] | the Python clients, in an environment of their own |
//! | [`qemu_source`] | QEMU's own schemas and conformance cases, where they were fetched |
//! | [`reliability`] | what QEMU mixes up, loses and hoards, counted on both |
//! | [`skip`] | saying visibly that a test did not run |
//! | [`fuzz`] | what the fuzzers run |
//! | [`footprint`] | memory, descriptors and threads, before and after |
//! | [`soak`](mod@soak) | clients of every kind for an hour |
//! | [`bench`](mod@bench) | figures beside an echo and QEMU |
//!
//! # How to run
//! `cargo test -p actix-qmp-tests` runs everything; `... qemu` only what shows on QEMU that the tests are right.
//! `cargo run --release -p actix-qmp-tests --bin bench` prints the figures.
//!
//! | environment | does |
//! |---|---|
//! | `QMP_VMM=PATH` | takes this executable instead of building `qmp-vmm` |
//! | `QEMU_SOURCE=PATH` | takes QEMU's schemas from `PATH/VERSION` instead of where `tests/qemu-source` puts them |
//! | `QMP_TESTS_RECORD=1` | records anew what QEMU 7.2 answers to the odd requests |

#![forbid(unsafe_code)]

pub mod bench;
pub mod client;
pub mod differential;
pub mod embedded;
pub mod failure;
pub mod footprint;
pub mod fuzz;
pub mod json_suite;
pub mod program;
pub mod python;
pub mod qemu_source;
pub mod reliability;
pub mod skip;
pub mod soak;
pub mod transcript;
pub mod wrong_requests;

pub use client::QmpClient;
pub use failure::{Context, Failure, Outcome};
pub use program::{Launch, Product, Program};
