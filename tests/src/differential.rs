//! The same odd requests to QEMU 7.2 and to `qmp-vmm`: success, class, description and `id` must agree, but for a table
//! of exceptions that gives the reason for each. Every case is followed by a valid command, which must be answered.

pub mod answer;
pub mod ask;
pub mod case;
pub mod cases;
pub mod compare;
pub mod exceptions;
pub mod recording;

use crate::{Outcome, Product};
use ask::Respondent;
use recording::Recording;

/// Asks one program all cases.
///
/// # Errors
/// If it can't be started or connected to.
pub fn ask_all(product: Product) -> Outcome<Recording> {
    let mut respondent = Respondent::start(product)?;
    cases::all().iter().map(|case| Ok((case.name.to_string(), respondent.ask(case)?))).collect()
}
