//! Counts of instructions: those of this build beside those that are kept.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Context, Outcome};

/// Counts vary a little with hash seeds, the allocator, and who comes first among threads.
const TOLERANCE_PERCENT: u64 = 10;

/// Instructions of each operation, and what made them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    /// The compiler: another one makes other code.
    rustc: String,
    /// By how much a count may be above.
    tolerance_percent: u64,
    instructions: BTreeMap<String, u64>,
}

/// What a comparison came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing has become dearer than the tolerance allows.
    Good,
    /// The kept counts are of another compiler, which this names: nothing can be said.
    OtherCompiler(String),
    /// These have become dearer, or are only counted, or only kept.
    Worse { operations: Vec<String> },
}

impl Counts {
    /// None yet, of this compiler.
    pub(super) fn new() -> Self {
        let rustc = env!("RUSTC_VERSION").to_owned();
        Self { rustc, tolerance_percent: TOLERANCE_PERCENT, instructions: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, operation: &str, instructions: u64) {
        self.instructions.insert(operation.to_owned(), instructions);
    }

    pub(super) fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).context(path.display())?;
        serde_json::from_str(&text).context(path.display())
    }

    pub(super) fn write(&self, path: &Path) -> Outcome {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(path, text + "\n").context(path.display())
    }

    /// Compares with counts that are kept, whose tolerance counts.
    pub(super) fn against(&self, kept: &Self) -> Verdict {
        if self.rustc != kept.rustc {
            return Verdict::OtherCompiler(kept.rustc.clone());
        }
        let mut operations = Vec::new();
        for (operation, now) in &self.instructions {
            match kept.instructions.get(operation) {
                Some(then) if now * 100 <= then * (100 + kept.tolerance_percent) => {}
                Some(then) => operations.push(format!("{operation}: {now} instructions, kept are {then}")),
                None => operations.push(format!("{operation}: {now} instructions, none are kept")),
            }
        }
        let uncounted = kept.instructions.keys().filter(|operation| !self.instructions.contains_key(*operation));
        operations.extend(uncounted.map(|operation| format!("{operation}: kept, but not counted")));
        if operations.is_empty() { Verdict::Good } else { Verdict::Worse { operations } }
    }

    /// A table, with what is kept beside it.
    pub(super) fn to_markdown(&self, kept: Option<&Self>) -> String {
        let mut text = "| one operation | instructions | kept | now, % of kept |\n|---|---:|---:|---:|\n".to_owned();
        for (operation, now) in &self.instructions {
            let then = kept.and_then(|kept| kept.instructions.get(operation));
            let (then, percent) = then.map_or_else(Default::default, |then| {
                (then.to_string(), format!("{:.1}", *now as f64 * 100.0 / *then as f64))
            });
            text.push_str(&format!("| {operation} | {now} | {then} | {percent} |\n"));
        }
        text
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => f.write_str("No operation takes more instructions than the tolerance allows."),
            Self::OtherCompiler(rustc) => write!(f, "Not compared: the kept counts are those of {rustc}."),
            Self::Worse { operations } => write!(
                f,
                "More instructions than the tolerance allows:\n  {}\n\
                 If that is meant, `bench instructions --keep` keeps the new counts.",
                operations.join("\n  ")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rustc: &str, instructions: &[(&str, u64)]) -> Counts {
        let instructions = instructions.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Counts { rustc: rustc.to_owned(), tolerance_percent: 10, instructions }
    }

    #[test]
    fn more_than_the_tolerance_is_worse_and_less_never_is() {
        let kept = counts("a", &[("x", 1000), ("y", 1000)]);
        assert_eq!(counts("a", &[("x", 1100), ("y", 1)]).against(&kept), Verdict::Good);
        let Verdict::Worse { operations } = counts("a", &[("x", 1101), ("y", 1)]).against(&kept) else {
            panic!("1101 for 1000 passes")
        };
        assert_eq!(operations, ["x: 1101 instructions, kept are 1000"]);
        assert!(matches!(counts("a", &[("z", 1)]).against(&kept), Verdict::Worse { .. }), "one that is not kept");
        assert!(matches!(counts("a", &[("x", 1)]).against(&kept), Verdict::Worse { .. }), "one that is gone");
    }

    #[test]
    fn counts_of_another_compiler_are_not_compared() {
        let kept = counts("a", &[("x", 1000)]);
        assert_eq!(counts("b", &[("x", 9000)]).against(&kept), Verdict::OtherCompiler("a".to_owned()));
    }

    #[test]
    fn the_table_shows_both() {
        let text = counts("a", &[("x", 1100)]).to_markdown(Some(&counts("a", &[("x", 1000)])));
        assert!(text.ends_with("| x | 1100 | 1000 | 110.0 |\n"), "{text}");
    }
}
