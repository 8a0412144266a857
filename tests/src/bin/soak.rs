//! Clients of every kind for an hour, or as long as one likes; see `--help`.

use std::process::ExitCode;

use actix_qmp_tests::soak::{SoakOptions, run};
use clap::Parser;

fn main() -> ExitCode {
    match run(&SoakOptions::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("soak: {failure}");
            ExitCode::FAILURE
        }
    }
}
