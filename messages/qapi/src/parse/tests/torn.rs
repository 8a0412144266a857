//! Whatever the bytes are, reading them ends with a schema or an error at a place in the file.

use std::sync::Arc;

use super::super::json;
use super::super::lexer::{Lexer, TokenKind};
use super::super::text::Text;
use super::parse_files;
use crate::doc::Documentation;
use crate::source::{SchemaError, SourceFile};

const SAMPLE: &str = r"# A sample of all there is
{ 'pragma': { 'doc-required': true, 'member-name-exceptions': [ 'Mode' ] } }
##
# = CPUs
#
# * one
#   – two
##

##
# @start:
#
# Starts the guest.
#
# @cpu: which
#       one
# @mode:
#     how
#
# @force is not described.
#
# Features:
#
# @unstable: may go
#
# Returns: its state
# Note: slow
#
# Example:
#
# -> { 'execute': 'start' }
# Since: 1.0
##
{ 'command': 'start', # by name
  'data': { 'cpu': 'int', '*mode': { 'type': 'Mode', 'if': { 'not': 'C\\D' } }, 'force': 'bool' },
  'features': [ 'unstable', { 'name': 'x' } ], 'gen': false }
";

/// Reads all of a file but its includes.
fn read(bytes: &[u8]) -> Result<(), SchemaError> {
    let file = SourceFile { path: "vm.json".into(), included_from: None };
    let text = Text::decode(Arc::new(file), bytes.to_vec())?;
    let mut lexer = Lexer::new(&text);
    loop {
        let token = lexer.next()?;
        if token.kind == TokenKind::EndOfFile {
            return Ok(());
        }
        if let TokenKind::Comment(comment) = &token.kind {
            Documentation::read(&text, comment)?;
        } else {
            json::value(&mut lexer, token)?;
        }
    }
}

fn assert_ends_well(bytes: &[u8]) {
    if let Err(error) = read(bytes) {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        assert!((1..=lines).contains(&error.location().line), "{error} of {lines} lines");
        assert!(!error.message().is_empty());
    }
}

#[test]
fn the_sample_itself_is_read() {
    let parsed = parse_files(&[("vm.json", SAMPLE.as_bytes())]).unwrap();
    assert_eq!(parsed.expressions[0].doc.as_ref().unwrap().sections.len(), 5);
}

#[test]
fn every_beginning_of_a_file_is_read_or_refused() {
    for end in 0..SAMPLE.len() {
        assert_ends_well(&SAMPLE.as_bytes()[..end]);
    }
}

#[test]
fn a_file_with_any_byte_changed_or_missing_is_read_or_refused() {
    let replacements = b"\0\t\n #'\"\\:,@=*{}[]a\xc3\xff";
    for at in 0..SAMPLE.len() {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for byte in replacements {
            bytes[at] = *byte;
            assert_ends_well(&bytes);
        }
        bytes.remove(at);
        assert_ends_well(&bytes);
    }
}

#[test]
fn a_file_with_lines_changed_about_is_read_or_refused() {
    let lines: Vec<_> = SAMPLE.lines().collect();
    for at in 0..lines.len() {
        for to in 0..lines.len() {
            let mut lines = lines.clone();
            lines.swap(at, to);
            assert_ends_well(lines.join("\n").as_bytes());
            lines.remove(at);
            assert_ends_well(lines.join("\r\n").as_bytes());
        }
    }
}
