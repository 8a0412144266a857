//! The files of JSONTestSuite are answered as QEMU 7.2 answers them, but for differences that are explained in
//! `differential/json-suite-differences.txt`; whole and byte by byte alike.

use std::env;

use actix_qmp_tests::differential::ask_each;
use actix_qmp_tests::differential::compare::compare;
use actix_qmp_tests::differential::recording::{self, Recording, Subject};
use actix_qmp_tests::fuzz::framer;
use actix_qmp_tests::json_suite::{cases, exceptions, files};
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::transcript::Writes;
use actix_qmp_tests::{Outcome, Product};

/// Set to write the recording anew from the installed QEMU.
const RECORD: &str = "QMP_TESTS_RECORD";

fn differences(reference: &Recording, ours: &Recording) -> Outcome<String> {
    assert!(reference.keys().eq(ours.keys()), "not the same cases");
    let pairs = reference.iter().zip(ours.values());
    let findings = compare(
        pairs.map(|((name, reference), ours)| (name.as_str(), reference.as_str(), ours.as_str())),
        &exceptions()?,
    );
    Ok(findings.iter().map(|finding| format!("{finding}\n")).collect())
}

#[test]
fn qemu_answers_the_suite_as_it_was_recorded() -> Outcome {
    if unless_available(Product::Qemu, "qemu_answers_the_suite_as_it_was_recorded")? == Decision::Skip {
        return Ok(());
    }
    let answered = ask_each(Product::Qemu, &cases()?, Writes::Whole)?;
    if env::var_os(RECORD).is_some() {
        recording::write(Subject::JsonSuite, &answered)?;
    }
    assert_eq!(recording::read(Subject::JsonSuite)?, answered, "set {RECORD}=1 to record anew");
    Ok(())
}

#[test]
fn the_suite_is_answered_like_the_reference_but_for_what_is_explained() -> Outcome {
    let ours = ask_each(Product::QmpVmm, &cases()?, Writes::Whole)?;
    let findings = differences(&recording::read(Subject::JsonSuite)?, &ours)?;
    assert!(findings.is_empty(), "{findings}");
    Ok(())
}

#[test]
fn byte_by_byte_the_suite_is_answered_as_when_it_is_whole() -> Outcome {
    let cases = cases()?;
    let whole = ask_each(Product::QmpVmm, &cases, Writes::Whole)?;
    let bytes = ask_each(Product::QmpVmm, &cases, Writes::ByteByByte)?;
    for (name, answers) in &whole {
        assert_eq!(bytes.get(name), Some(answers), "{name}");
    }
    Ok(())
}

#[test]
fn the_suite_is_framed_alike_however_it_is_cut() -> Outcome {
    for file in files()? {
        framer(&file.content);
    }
    Ok(())
}
