//! Where `qmp-vmm` answers differently from QEMU 7.2, on purpose: which case, what it answers, and why.

mod control;
mod ids;
mod resynchronisation;
mod wording;

/// One intended difference.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The case.
    pub case: &'static str,
    /// What `qmp-vmm` answers instead.
    pub ours: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// All of them. A difference that is not here fails the comparison, and so does an exception that is none (any more).
pub fn all() -> Vec<Exception> {
    [control::EXCEPTIONS, ids::EXCEPTIONS, resynchronisation::EXCEPTIONS, wording::EXCEPTIONS].concat()
}

/// An exception on one line.
const fn differs(case: &'static str, ours: &'static str, reason: &'static str) -> Exception {
    Exception { case, ours, reason }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::differential::cases;

    #[test]
    fn every_exception_is_of_a_case_and_gives_a_reason() {
        let cases = cases::all();
        for exception in all() {
            assert!(cases.iter().any(|case| case.name == exception.case), "no such case: {}", exception.case);
            assert!(!exception.reason.is_empty(), "{}", exception.case);
        }
    }
}
