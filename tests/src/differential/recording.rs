//! What QEMU 7.2 answered, kept in `tests/differential/`, so that the comparison can be made where no QEMU is installed.
//! One line a case: its name, a tab, the answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::{Context, Failure, Outcome};

/// The answers by case name.
pub type Recording = BTreeMap<String, String>;

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Odd requests.
    Odd,
    /// Requests with wrong arguments.
    WrongArguments,
    /// The files of JSONTestSuite.
    JsonSuite,
}

fn path(subject: Subject) -> PathBuf {
    let file = match subject {
        Subject::Odd => "qemu-7.2.txt",
        Subject::WrongArguments => "wrong-arguments-7.2.txt",
        Subject::JsonSuite => "json-suite-7.2.txt",
    };
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("differential").join(file)
}

/// Reads the recording.
///
/// # Errors
/// If the file is missing or a line has no tab.
pub fn read(subject: Subject) -> Outcome<Recording> {
    let path = path(subject);
    let text = fs::read_to_string(&path).context(path.display())?;
    text.lines()
        .map(|line| match line.split_once('\t') {
            Some((name, answers)) => Ok((name.to_owned(), answers.to_owned())),
            None => Err(Failure::new(format!("{}: no tab in: {line}", path.display()))),
        })
        .collect()
}

/// Writes the recording anew.
///
/// # Errors
/// If the file can't be written.
pub fn write(subject: Subject, recording: &Recording) -> Outcome {
    let text: String = recording.iter().map(|(name, answers)| format!("{name}\t{answers}\n")).collect();
    let path = path(subject);
    fs::write(&path, text).context(path.display())
}
