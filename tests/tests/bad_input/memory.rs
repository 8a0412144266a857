//! What input beyond the limits takes at its most: the limits hold before memory is taken, and what was taken is given
//! back.

use std::fmt::Write;

use actix_qmp_tests::bench::process::{peak_resident_bytes, reset_peak, resident_bytes};
use actix_qmp_tests::footprint::{Footprint, KEEP_NOTHING};
use actix_qmp_tests::{Launch, Outcome, Product, Program, QmpClient};

/// A little more bytes than a request may have.
const TOO_LONG: usize = 65 << 20;
/// Far more tokens and brackets than a request may have.
const TOO_MANY: usize = 8 << 20;
/// Memory that the allocator may keep of what was used once.
const ALLOWANCE: u64 = 16 << 20;
const MIB: u64 = 1 << 20;

/// So many bytes that begin so and go on like this.
fn endless(bytes: usize, start: &str, unit: &str) -> String {
    [start, &unit.repeat((bytes - start.len()) / unit.len())].concat()
}

/// Members of different names.
fn members() -> String {
    let mut text = String::from("{");
    for number in 0.. {
        if text.len() > TOO_MANY {
            break;
        }
        // Writing to a string does not fail.
        let _ = write!(text, "\"k{number}\":0,");
    }
    text
}

/// A program and its client, at rest.
struct Asked {
    program: Program,
    client: QmpClient,
    base: Footprint,
}

impl Asked {
    fn start() -> Outcome<Self> {
        let (name, value) = KEEP_NOTHING;
        let program = Launch::new(Product::QmpVmm).environment(name, value).start()?;
        let client = program.session(&[])?;
        Ok(Self { base: Footprint::at_rest(program.pid())?, client, program })
    }

    /// By how many bytes memory grew at its most until the next valid command was answered, behind one error.
    fn growth(&mut self, input: &str) -> Outcome<u64> {
        let (pid, start) = (self.program.pid(), &input[..40]);
        reset_peak(pid)?;
        let before = resident_bytes(pid)?;
        for piece in input.as_bytes().chunks(1 << 20) {
            self.client.send(piece)?;
        }
        self.client.send(b"\xff\n{\"execute\": \"query-status\", \"id\": \"next\"}")?;
        assert!(self.client.next_answer()?["error"]["desc"].as_str().is_some_and(|desc| desc.contains("limit")));
        assert_eq!(self.client.next_answer()?["id"], "next", "{start}");
        Ok(peak_resident_bytes(pid)?.saturating_sub(before))
    }
}

fn takes_at_most(limit: u64, input: &str) -> Outcome {
    let mut asked = Asked::start()?;
    let growth = asked.growth(input)?;
    assert!(growth <= limit, "{growth} bytes");
    asked.base.wait_until_back(asked.program.pid(), ALLOWANCE).map(drop)
}

/// As [`takes_at_most`], where the allocator keeps small pieces for the next such input.
fn takes_at_most_and_no_more_the_next_time(limit: u64, input: &str) -> Outcome {
    let mut asked = Asked::start()?;
    let growth = asked.growth(input)?;
    assert!(growth <= limit, "{growth} bytes");
    let kept = Footprint::of(asked.program.pid())?;
    for _ in 0..2 {
        asked.growth(input)?;
    }
    kept.wait_until_back(asked.program.pid(), growth / 2).map(drop)
}

#[test]
fn endless_brackets_take_next_to_nothing() -> Outcome {
    takes_at_most(8 * MIB, &endless(TOO_MANY, "", "["))
}

#[test]
fn endless_objects_take_next_to_nothing() -> Outcome {
    takes_at_most(8 * MIB, &endless(TOO_MANY, "", "{\"a\":"))
}

#[test]
fn an_endless_array_takes_the_bytes_of_as_many_tokens_as_are_allowed() -> Outcome {
    takes_at_most(16 * MIB, &endless(TOO_MANY, "[1", ",1"))
}

#[test]
fn an_endless_object_takes_the_tree_of_as_many_tokens_as_are_allowed() -> Outcome {
    takes_at_most_and_no_more_the_next_time(128 * MIB, &members())
}

#[test]
fn no_tree_of_as_many_tokens_as_are_allowed_takes_more_than_is_documented() -> Outcome {
    takes_at_most_and_no_more_the_next_time(280 * MIB, &endless(4 << 20, "{\"a\":[", "{\"\":1},"))
}

#[test]
fn an_endless_string_takes_the_bytes_that_are_allowed() -> Outcome {
    takes_at_most(160 * MIB, &endless(TOO_LONG, "{\"a\":\"", "x"))
}

#[test]
fn an_endless_string_of_escapes_takes_the_bytes_that_are_allowed() -> Outcome {
    takes_at_most(200 * MIB, &endless(TOO_LONG, "{\"a\":\"", "\\u00e9"))
}
