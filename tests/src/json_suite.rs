//! The `test_parsing` files of JSONTestSuite (`tests/json-test-suite`, MIT licence) as odd requests: each file as the whole
//! input, and as the `id` of a valid command.

use std::fs;
use std::path::PathBuf;

use crate::differential::case::Case;
use crate::differential::exceptions::Exception;
use crate::{Context, Failure, Outcome};

/// A file of the suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, without the end.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// All of them, by name.
///
/// # Errors
/// If they can't be read.
pub fn files() -> Outcome<Vec<File>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("json-test-suite");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).context(folder.display())? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.display().to_string()).unwrap_or_default();
        if let Some(name) = name.strip_suffix(".json") {
            files.push(File { name: name.to_owned(), content: fs::read(&path).context(path.display())? });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

impl File {
    /// The file is the whole input.
    pub fn as_input(&self) -> Case {
        Case::plain(self.name.clone(), escape(&self.content)).left_open()
    }

    /// The file is the `id` of a command.
    pub fn as_id(&self) -> Case {
        let request = [br#"{"execute": "query-version", "id": "#, &self.content[..], b"}"].concat();
        Case::plain(format!("{} as id", self.name), escape(&request)).left_open()
    }
}

/// Both cases of all files.
///
/// # Errors
/// As [`files`].
pub fn cases() -> Outcome<Vec<Case>> {
    Ok(files()?.iter().flat_map(|file| [file.as_input(), file.as_id()]).collect())
}

/// Bytes as the text of a case.
fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\x5c"),
            b' '..=b'~' => text.push(char::from(byte)),
            other => text.push_str(&format!("\\x{other:02x}")),
        }
    }
    text
}

/// Where the answers differ on purpose: the file has a line for each, its name, the reason's word, and our answers.
///
/// # Errors
/// If the file does not read.
pub fn exceptions() -> Outcome<Vec<Exception>> {
    let lines = include_str!("../differential/json-suite-differences.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(exception).collect()
}

fn exception(line: &'static str) -> Outcome<Exception> {
    let mut columns = line.splitn(3, '\t');
    match (columns.next(), columns.next(), columns.next()) {
        (Some(case), Some(reason), Some(ours)) if is_explained(reason) => Ok(Exception { case, ours, reason }),
        (_, _, _) => Err(Failure::new(format!("not NAME, REASON and ANSWERS: {line}"))),
    }
}

/// The reasons stand at the file's head, each with its words.
fn is_explained(reason: &str) -> bool {
    let heads = include_str!("../differential/json-suite-differences.txt").lines();
    heads.filter_map(|line| line.strip_prefix("# ")).any(|line| line.split(": ").next() == Some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::escape::unescape;

    #[test]
    fn a_file_is_sent_as_it_is() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unescape(&escape(&all)).unwrap(), all);
    }
}
