//! The same odd requests to QEMU 7.2 and to `qmp-vmm`: success, class, description and `id` must agree, but for a table
//! of exceptions that gives the reason for each. Every case is followed by a valid command, which must be answered.

pub mod answer;
pub mod ask;
pub mod case;
pub mod cases;
pub mod compare;
pub mod exceptions;
pub mod recording;

use crate::transcript::Writes;
use crate::{Outcome, Product};
use ask::Respondent;
use case::Case;
use recording::Recording;

/// Asks one program all cases.
///
/// # Errors
/// If it can't be started or connected to.
pub fn ask_all(product: Product) -> Outcome<Recording> {
    ask_each(product, &cases::all(), Writes::Whole)
}

/// Asks one program these cases.
///
/// # Errors
/// As [`ask_all`].
pub fn ask_each(product: Product, cases: &[Case], writes: Writes) -> Outcome<Recording> {
    let mut respondent = Respondent::start(product)?;
    cases.iter().map(|case| Ok((case.name.to_string(), respondent.ask(case, writes)?))).collect()
}
