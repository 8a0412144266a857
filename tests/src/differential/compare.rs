//! Which differences are intended and which are not.

use std::fmt;

use super::exceptions::Exception;

/// Something to be put right: in the program, or in the table of exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The answers differ, and no exception says that they may.
    Unlisted {
        /// The case.
        case: String,
        /// The reference's answers.
        reference: String,
        /// Ours.
        ours: String,
    },
    /// The answers differ, as an exception says, but ours is not the one that it names.
    OtherThanListed {
        /// The case.
        case: String,
        /// What the exception names.
        listed: String,
        /// Ours.
        ours: String,
    },
    /// An exception whose answers don't differ, or whose case does not exist.
    Stale {
        /// The case.
        case: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlisted { case, reference, ours } => {
                write!(f, "differs, and is not listed: {case}\n  reference: {reference}\n  ours:      {ours}")
            }
            Self::OtherThanListed { case, listed, ours } => {
                write!(f, "differs otherwise than listed: {case}\n  listed: {listed}\n  ours:   {ours}")
            }
            Self::Stale { case } => write!(f, "listed, but does not differ: {case}"),
        }
    }
}

/// Compares triples of case, reference's and our answers.
pub fn compare<'a>(
    answers: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
    exceptions: &[Exception],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = vec![false; exceptions.len()];
    for (case, reference, ours) in answers {
        if reference == ours {
            continue;
        }
        match exceptions.iter().position(|exception| exception.case == case) {
            None => findings.push(Finding::Unlisted {
                case: case.to_owned(),
                reference: reference.to_owned(),
                ours: ours.to_owned(),
            }),
            Some(index) => {
                used[index] = true;
                if exceptions[index].ours != ours {
                    let listed = exceptions[index].ours.to_owned();
                    findings.push(Finding::OtherThanListed { case: case.to_owned(), listed, ours: ours.to_owned() });
                }
            }
        }
    }
    let unused = exceptions.iter().zip(used).filter(|(_, used)| !used);
    findings.extend(unused.map(|(exception, _)| Finding::Stale { case: exception.case.to_owned() }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &[Exception] = &[Exception { case: "b", ours: "2", reason: "because" }];

    #[test]
    fn equal_answers_and_listed_differences_are_fine() {
        assert_eq!(compare([("a", "1", "1"), ("b", "1", "2")], LISTED), []);
    }

    #[test]
    fn an_unlisted_difference_is_found() {
        let findings = compare([("a", "1", "3"), ("b", "1", "2")], LISTED);
        assert!(matches!(&findings[..], [Finding::Unlisted { case, .. }] if case == "a"));
    }

    #[test]
    fn a_listed_difference_that_is_none_is_found() {
        assert_eq!(compare([("b", "1", "1")], LISTED), [Finding::Stale { case: "b".into() }]);
        assert_eq!(compare([], LISTED), [Finding::Stale { case: "b".into() }]);
    }

    #[test]
    fn a_difference_other_than_the_listed_one_is_found() {
        assert!(matches!(&compare([("b", "1", "9")], LISTED)[..], [Finding::OtherThanListed { .. }]));
    }
}
