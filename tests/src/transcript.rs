//! Conversations written down, `tests/transcripts/**/*.qmp`, and played against a program: once with every `->` line in
//! one write, once a byte at a time. The answers must be the same.

use std::fs;
use std::path::{Path, PathBuf};

pub mod escape;
pub mod parse;
pub mod pattern;

use crate::client::Marker;
use crate::{Context, Failure, Outcome, Program, QmpClient};
use parse::{NumberedStep, Step};
use pattern::Pattern;

/// How bytes are handed to the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Each `->` line in one write.
    Whole,
    /// One write for each byte.
    ByteByByte,
}

/// The transcripts in `tests/transcripts/FOLDER`, in order of their names.
///
/// # Errors
/// If there is none: a folder that was renamed must not pass.
pub fn in_folder(folder: &str) -> Outcome<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts").join(folder);
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).context(folder.display())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "qmp"));
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::new(format!("no transcripts in {}", folder.display())));
    }
    Ok(paths)
}

/// Plays one transcript on the program's first monitor.
///
/// # Errors
/// At the first difference, with file, line and conversation.
pub fn play(path: &Path, program: &Program, writes: Writes) -> Outcome {
    let text = fs::read_to_string(path).context(path.display())?;
    let steps = parse::parse(&text).context(path.display())?;
    let mut client = program.client(0)?;
    for NumberedStep { line, step } in &steps {
        let place = || format!("{}:{line} ({writes:?})", path.display());
        match step {
            Step::Send(bytes) => match writes {
                Writes::Whole => client.send(bytes),
                Writes::ByteByByte => client.send_byte_by_byte(bytes),
            },
            Step::Expect(pattern) => expect_among(&mut client, std::slice::from_ref(pattern)),
            Step::ExpectAmong(patterns) => expect_among(&mut client, patterns),
            Step::Reconnect => {
                // Closed first: a monitor serves one client at a time.
                drop(client);
                client = program.client(0).context(place())?;
                Ok(())
            }
            Step::HalfClose => client.shutdown_write(),
            Step::ExpectEnd => client.expect_end(),
        }
        .with_place(place)?;
    }
    finish(steps.last(), client).with_place(|| format!("{}: after the last step", path.display()))
}

/// The next messages meet these patterns, each exactly one of them.
fn expect_among(client: &mut QmpClient, patterns: &[Pattern]) -> Outcome {
    let mut open: Vec<&Pattern> = patterns.iter().collect();
    while !open.is_empty() {
        let message = client.next_message()?;
        match open.iter().position(|pattern| pattern.matches(&message)) {
            Some(met) => drop(open.swap_remove(met)),
            None => return Err(client.failure("another message was expected")),
        }
    }
    Ok(())
}

/// Nothing may follow the last step, unless that step ended the conversation.
fn finish(last: Option<&NumberedStep>, mut client: QmpClient) -> Outcome {
    match last.map(|last| &last.step) {
        None | Some(Step::HalfClose | Step::ExpectEnd | Step::Reconnect) => Ok(()),
        Some(Step::Send(_) | Step::Expect(_) | Step::ExpectAmong(_)) => client.expect_silence(Marker::InBand),
    }
}

trait WithPlace {
    fn with_place(self, place: impl Fn() -> String) -> Outcome;
}

impl WithPlace for Outcome {
    fn with_place(self, place: impl Fn() -> String) -> Outcome {
        self.map_err(|failure| Failure::new(format!("{}: {failure}", place())))
    }
}
