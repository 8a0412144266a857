//! Odd requests are answered as QEMU 7.2 answers them, but for the listed exceptions.

use std::env;

use actix_qmp_tests::differential::ask_all;
use actix_qmp_tests::differential::compare::{Finding, compare};
use actix_qmp_tests::differential::exceptions;
use actix_qmp_tests::differential::recording::{self, Recording, Subject};
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::{Outcome, Product};

/// Set to write the recording anew from the installed QEMU.
const RECORD: &str = "QMP_TESTS_RECORD";

fn differences(reference: &Recording, ours: &Recording) -> Vec<Finding> {
    const NOTHING: &str = "(no such case)";
    let names = reference.keys().chain(ours.keys().filter(|name| !reference.contains_key(*name)));
    let answers = |recording: &Recording, name: &str| recording.get(name).map_or(NOTHING.to_owned(), Clone::clone);
    let all: Vec<_> = names.map(|name| (name.as_str(), answers(reference, name), answers(ours, name))).collect();
    compare(all.iter().map(|(name, reference, ours)| (*name, reference.as_str(), ours.as_str())), &exceptions::all())
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn qemu_answers_as_it_was_recorded() -> Outcome {
    if unless_available(Product::Qemu, "qemu_answers_as_it_was_recorded")? == Decision::Skip {
        return Ok(());
    }
    let answered = ask_all(Product::Qemu)?;
    if env::var_os(RECORD).is_some() {
        recording::write(Subject::Odd, &answered)?;
    }
    let recorded = recording::read(Subject::Odd)?;
    for (name, answers) in &answered {
        assert_eq!(recorded.get(name), Some(answers), "{name}; set {RECORD}=1 to record anew");
    }
    assert_eq!(recorded.len(), answered.len(), "the recording has cases that are in the table no more");
    Ok(())
}

#[test]
fn every_case_to_qemu_leaves_it_answering() -> Outcome {
    for (name, answers) in recording::read(Subject::Odd)? {
        assert!(!answers.contains("was not answered") && !answers.contains("ended"), "{name}: {answers}");
    }
    Ok(())
}

#[test]
fn qmp_vmm_answers_like_the_reference_but_for_the_exceptions() -> Outcome {
    let test = "qmp_vmm_answers_like_the_reference_but_for_the_exceptions (live; the recording is used)";
    let reference = match unless_available(Product::Qemu, test)? {
        Decision::Run => ask_all(Product::Qemu)?,
        Decision::Skip => recording::read(Subject::Odd)?,
    };
    let ours = ask_all(Product::QmpVmm)?;
    let findings = differences(&reference, &ours);
    assert!(findings.is_empty(), "{} findings of {} cases:\n{}", findings.len(), ours.len(), shown(&findings));
    Ok(())
}
