//! The cases that QEMU's own compiler is tested with: a schema with one fault each is refused with exactly the golden
//! text, a schema without is accepted. What differs stands in `exceptions`, with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use actix_qmp_qapi::Schema;
use actix_qmp_tests::Outcome;
use actix_qmp_tests::qemu_source::{QemuSource, Version};

use crate::exceptions::{self, ACCEPTED, Exception};

/// The names of the cases: those with a golden text.
fn cases(folder: &Path) -> BTreeSet<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let goldens = paths.filter(|path| path.extension().is_some_and(|extension| extension == "err"));
    goldens.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// What our compiler says to a case, files named as from the folder of the cases.
fn found(folder: &Path, case: &str) -> String {
    match Schema::load(folder.join(case).with_extension("json")) {
        Ok(_) => ACCEPTED.to_owned(),
        Err(error) => error.to_string().replace(&format!("{}/", folder.display()), ""),
    }
}

/// What is wrong with a case, if anything is.
fn fault(case: &str, golden: &str, found: &str, exception: Option<&Exception>) -> Option<String> {
    let ours = found.lines().last().unwrap_or(ACCEPTED);
    let words = match (golden == found, exception) {
        (true, None) => return None,
        (true, Some(exception)) => format!("is no exception any more: {}", exception.reason),
        (false, Some(exception)) if exception.ours == ours => return None,
        (false, Some(exception)) => format!("is another exception than\n    {}", exception.ours),
        (false, None) => "differs".to_owned(),
    };
    Some(format!("{case} {words}\n  golden:\n{golden}\n  found:\n{found}\n"))
}

fn check(version: Version, test: &str) -> Outcome {
    let Some(source) = QemuSource::unless_missing(version, test)? else { return Ok(()) };
    let (folder, exceptions) = (source.cases(), exceptions::of(version));
    let cases = cases(&folder);
    let (mut refused, mut report) = (0, String::new());
    for case in &cases {
        let golden = fs::read_to_string(folder.join(case).with_extension("err"))?;
        refused += usize::from(golden.trim_end() != ACCEPTED);
        let exception = exceptions.iter().find(|exception| exception.case == case);
        report.extend(fault(case, golden.trim_end(), found(&folder, case).trim_end(), exception));
    }
    println!("QEMU {version}: {} cases, {refused} faulty, {} exceptions", cases.len(), exceptions.len());
    assert!(report.is_empty(), "QEMU {version}\n{report}");
    assert!(cases.len() >= 190 && refused >= 150, "only {} cases, {refused} faulty", cases.len());
    for exception in exceptions {
        assert!(cases.contains(exception.case), "no such case: {}", exception.case);
    }
    Ok(())
}

#[test]
fn cases_of_qemu_7_2_are_judged_as_qemu_judges_them() -> Outcome {
    check(Version::V7_2, "cases_of_qemu_7_2_are_judged_as_qemu_judges_them")
}

#[test]
fn cases_of_qemu_10_0_are_judged_as_qemu_judges_them() -> Outcome {
    check(Version::V10_0, "cases_of_qemu_10_0_are_judged_as_qemu_judges_them")
}

#[test]
fn an_exception_that_is_none_and_a_difference_that_is_not_listed_are_faults() {
    let exception = Exception { case: "a", ours: "a.json:1: ours", reason: "for a reason" };
    assert_eq!(fault("a", "a.json:1: wrong", "a.json:1: wrong", None), None);
    assert_eq!(fault("a", "a.json:1: wrong", "In a:\na.json:1: ours", Some(&exception)), None);
    assert!(fault("a", "a.json:1: wrong", "a.json:1: wrong", Some(&exception)).is_some());
    assert!(fault("a", "a.json:1: wrong", "a.json:1: other", Some(&exception)).is_some());
    assert!(fault("a", "a.json:1: wrong", "", None).is_some());
}
