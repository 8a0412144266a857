//! A test that can't run says so where people look: on the terminal, past libtest's capture, and in
//! `target/skipped-tests.txt`, which CI prints at its end. A skip is never silent and never looks like a pass.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::program::locate;
use crate::{Outcome, Product};

/// Where the skips of this target directory are listed, one per line. Whoever wants the list of one run removes the
/// file before it.
pub fn list_path() -> PathBuf {
    locate::target_directory().join("skipped-tests.txt")
}

/// Reports that `test` was not run, because of `reason`.
///
/// # Errors
/// If the list can't be written: a skip that nobody sees must not pass.
pub fn report(test: &str, reason: &str) -> Outcome {
    let line = format!("SKIPPED: {test}: {}\n", reason.replace('\n', " / "));
    // Not eprintln!, which libtest would capture.
    io::stderr().lock().write_all(line.as_bytes())?;
    let already = std::fs::read_to_string(list_path()).unwrap_or_default();
    if !already.contains(&line) {
        OpenOptions::new().create(true).append(true).open(list_path())?.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// What a test does about a product that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is there: run.
    Run,
    /// It is not, and that has been reported: return.
    Skip,
}

/// Decides whether `test`, which needs `product`, runs. Only the reference may be missing; our own program is built by
/// the first test that starts it, and failing to build is a failure.
///
/// # Errors
/// If the skip can't be reported.
pub fn unless_available(product: Product, test: &str) -> Outcome<Decision> {
    let reason = match product {
        Product::QmpVmm => return Ok(Decision::Run),
        Product::Qemu => match locate::qemu() {
            Ok(_) => return Ok(Decision::Run),
            Err(reason) => reason.to_string(),
        },
    };
    report(test, &reason)?;
    Ok(Decision::Skip)
}
