//! The table of odd requests, a file for each thing that can be wrong.

mod arguments;
mod ids;
mod members;
mod negotiation;
mod numbers;
mod oob;
mod strings;
mod syntax;

use super::case::Case;

/// All of them. Names are unique.
pub fn all() -> Vec<Case> {
    [
        members::cases(),
        ids::cases(),
        arguments::cases(),
        negotiation::cases(),
        oob::cases(),
        syntax::cases(),
        strings::cases(),
        numbers::cases(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_fit_on_a_line() {
        let cases = all();
        let names: BTreeSet<_> = cases.iter().map(|case| case.name.clone()).collect();
        assert_eq!(names.len(), cases.len());
        assert!(names.iter().all(|name| !name.contains(['\t', '\n'])));
    }
}
