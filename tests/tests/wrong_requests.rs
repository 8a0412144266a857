//! Requests with wrong arguments are refused in the words of QEMU 7.2: class and description, for commands that both have.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::env;

use actix_qmp_tests::differential::recording::{self, Recording, Subject};
use actix_qmp_tests::embedded::Embedded;
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::wrong_requests::monitor::{EXECUTED, register};
use actix_qmp_tests::wrong_requests::{self, WrongRequest, tolerated};
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::Value;

/// Set to write the recording anew from the installed QEMU.
const RECORD: &str = "QMP_TESTS_RECORD";

/// Class and description of the error that the request is answered with.
fn error(client: &mut QmpClient, request: &WrongRequest) -> Outcome<String> {
    client.send(&request.request)?;
    let answer = client.next_answer()?;
    let text = |member: &str| answer["error"][member].as_str().unwrap_or_default().to_owned();
    Ok(match answer.get("error") {
        Some(_) => format!("{} {}", text("class"), Value::from(text("desc"))),
        None => answer.to_string(),
    })
}

fn ask_qemu() -> Outcome<Recording> {
    let program = Launch::new(Product::Qemu).start()?;
    let mut client = program.session(&[])?;
    wrong_requests::all().iter().map(|request| Ok((request.name.to_owned(), error(&mut client, request)?))).collect()
}

/// The JSON crate tells no `-0` from `-0.0`; both are 0 here, an integer.
const TAKEN_HERE: [&str; 2] = ["-0.0 for an int", "-0.0 for a uint64"];

/// Whether an error is the reference's.
///
/// An element of an array has no name there, and is then called `null`. Here it is called by its place, such as `cpus[1]`.
fn agrees(reference: &str, ours: &str) -> bool {
    let nameless = |text: &str| {
        let (head, rest) = text.split_once('\'')?;
        let (name, tail) = rest.split_once('\'')?;
        Some((format!("{head}{tail}"), name.to_owned()))
    };
    match (nameless(reference), nameless(ours)) {
        (Some((reference, name)), Some((ours, place))) if name == "null" => reference == ours && place.ends_with(']'),
        _ => reference == ours,
    }
}

#[test]
fn wrong_arguments_are_told_in_the_words_of_qemu() -> Outcome {
    let test = "wrong_arguments_are_told_in_the_words_of_qemu (live; the recording is used)";
    let reference = match unless_available(Product::Qemu, test)? {
        Decision::Run => ask_qemu()?,
        Decision::Skip => recording::read(Subject::WrongArguments)?,
    };
    if env::var_os(RECORD).is_some() {
        recording::write(Subject::WrongArguments, &reference)?;
    }
    assert_eq!(recording::read(Subject::WrongArguments)?, reference, "set {RECORD}=1 to record anew");

    let monitor = Embedded::start(1, register)?;
    let mut client = monitor.session(0, &[])?;
    let mut differences = Vec::new();
    for request in wrong_requests::all() {
        let (reference, ours) = (&reference[request.name], error(&mut client, &request)?);
        let as_expected = match TAKEN_HERE.contains(&request.name) {
            true => ours.contains(EXECUTED),
            false => agrees(reference, &ours),
        };
        if !as_expected {
            differences.push(format!("{}: {}\n  QEMU: {reference}\n  ours: {ours}", request.name, request.request));
        }
    }
    let count = wrong_requests::all().len();
    assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(count >= 100, "only {count} requests");
    Ok(())
}

/// Below zero, QEMU takes an unsigned integer for a large one; here it is out of range.
const REFUSED_HERE: [&str; 4] = [
    "a negative uint64",
    "the least int64 for a uint64",
    "a negative element of an array of uint64",
    "a negative size",
];

#[test]
fn arguments_that_only_look_wrong_reach_the_command() -> Outcome {
    let monitor = Embedded::start(1, register)?;
    let mut client = monitor.session(0, &[])?;
    for request in tolerated::all() {
        let answer = error(&mut client, &request)?;
        let refused = answer.ends_with("expects uint64\"");
        let expected = REFUSED_HERE.contains(&request.name);
        assert_eq!((refused, answer.contains(EXECUTED)), (expected, !expected), "{}: {answer}", request.name);
    }
    Ok(())
}

#[test]
fn arguments_nested_ever_deeper_are_refused_at_some_level_and_the_next_command_is_answered() -> Outcome {
    let monitor = Embedded::start(1, register)?;
    let mut client = monitor.session(0, &[])?;
    let mut refused_at = None;
    for levels in (1..=200).chain([1_000]) {
        let inner = r#"{"driver": "raw", "file": "#;
        let nested = format!("{}\"node\"{}", inner.repeat(levels), "}".repeat(levels));
        let request = format!(r#"{{"execute": "blockdev-add", "arguments": {nested}}}"#);
        let answer = error(&mut client, &WrongRequest { name: "nested", request })?;
        match answer.ends_with("is nested too deeply\"") || answer.contains("nesting") {
            true => refused_at = refused_at.or(Some(levels)),
            false => assert!(refused_at.is_none() && answer.contains(EXECUTED), "{levels} levels: {answer}"),
        }
    }
    assert!(refused_at.is_some_and(|levels| levels > 16), "{refused_at:?}");
    Ok(())
}
