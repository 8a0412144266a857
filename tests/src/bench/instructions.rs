//! How many instructions the server takes for one operation on the hot paths: counted by callgrind, so that the machine's
//! other work does not matter, and two counts differ only when the code does.
//!
//! Each operation is done N and 2 N times, on a server of its own; the difference is N operations, without the start.

mod callgrind;
mod kept;
mod workload;

use std::path::PathBuf;
use std::process::ExitCode;

use self::kept::{Counts, Verdict};
use self::workload::WORKLOADS;
use crate::program::locate::workspace;
use crate::{Outcome, skip};

/// What the counts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be read.
    Show,
    /// To be compared with those that are kept.
    Check,
    /// To be kept.
    Keep,
}

impl Purpose {
    /// As the command line has it, which does not allow both.
    #[expect(clippy::fn_params_excessive_bools, reason = "two flags of the command line")]
    pub fn of(check: bool, keep: bool) -> Self {
        match (check, keep) {
            (true, _) => Self::Check,
            (false, true) => Self::Keep,
            (false, false) => Self::Show,
        }
    }
}

/// Counts, and prints the table. Fails when it is to check and finds an operation that has become dearer.
///
/// # Errors
/// If an operation can't be done or counted, or the kept counts can't be read or written.
pub fn run(purpose: Purpose) -> Outcome<ExitCode> {
    if let Some(reason) = callgrind::absent() {
        println!("instructions: left out: {reason}");
        skip::report("bench instructions", &reason)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut counts = Counts::new();
    for workload in WORKLOADS {
        counts.add(workload.name, callgrind::per_operation(&workload)?);
    }
    let path = kept_path();
    match purpose {
        Purpose::Show | Purpose::Keep => {
            print!("{}", counts.to_markdown(Counts::read(&path).ok().as_ref()));
            if purpose == Purpose::Keep {
                counts.write(&path)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Purpose::Check => {
            let kept = Counts::read(&path)?;
            print!("{}", counts.to_markdown(Some(&kept)));
            let verdict = counts.against(&kept);
            println!("\n{verdict}");
            match verdict {
                Verdict::Good => Ok(ExitCode::SUCCESS),
                Verdict::Worse { .. } => Ok(ExitCode::FAILURE),
                Verdict::OtherCompiler(_) => {
                    skip::report("bench instructions", &verdict.to_string())?;
                    Ok(ExitCode::SUCCESS)
                }
            }
        }
    }
}

fn kept_path() -> PathBuf {
    workspace().join("docs/performance/instructions.json")
}
