//! The transcripts of the whole program, cut in two at every byte: what is read of them is the same.

use std::fs;
use std::path::{Path, PathBuf};

use super::transcripts::parsed;

/// All transcripts.
fn paths() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/transcripts");
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "qmp")).collect()
}

/// What each connection of a transcript sends.
fn inputs(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for line in text.lines() {
        if line == "== reconnect" {
            all.push(Vec::new());
        }
        let sent = line.strip_prefix("-> ").map(unescape).unwrap_or_default();
        all.last_mut().unwrap().extend(sent);
    }
    all
}

/// `\xNN` is the byte NN.
fn unescape(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// Commands, arguments, bands, ids and errors, in the order of the input.
fn told(chunks: &[&[u8]]) -> Vec<String> {
    parsed(chunks).iter().map(|one| format!("{one:?}")).collect()
}

#[test]
fn a_transcript_cut_in_two_at_any_byte_is_read_as_when_it_is_whole() {
    let (mut transcripts, mut requests) = (0, 0);
    for path in paths() {
        let text = fs::read_to_string(&path).unwrap();
        for (connection, input) in inputs(&text).iter().enumerate() {
            let whole = told(&[input]);
            for at in 0..=input.len() {
                let (head, tail) = input.split_at(at);
                assert_eq!(told(&[head, tail]), whole, "{}, connection {connection}, cut at {at}", path.display());
            }
            let bytes: Vec<&[u8]> = input.chunks(1).collect();
            assert_eq!(told(&bytes), whole, "{}, connection {connection}, byte by byte", path.display());
            requests += whole.len();
        }
        transcripts += 1;
    }
    assert!(transcripts >= 12 && requests >= 70, "{requests} requests in {transcripts} transcripts");
}
