//! Lines of tables.

use serde::Serialize;

use crate::Outcome;
use crate::bench::servers::Availability;

/// One line of a table.
#[derive(Debug, Serialize)]
pub struct Row<T> {
    /// Its name.
    pub name: String,
    /// Its figures, or why there are none.
    #[serde(flatten)]
    pub outcome: RowOutcome<T>,
}

/// Figures, or why there are none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome<T> {
    /// The figures.
    Measured(T),
    /// There was nothing to measure.
    NotMeasured {
        /// Why.
        reason: String,
    },
    /// A server that should have answered did not.
    Failed {
        /// How.
        reason: String,
    },
}

impl<T> Row<T> {
    /// A line of this name.
    pub fn new(name: impl Into<String>, outcome: impl Into<RowOutcome<T>>) -> Self {
        Self { name: name.into(), outcome: outcome.into() }
    }

    /// The same line with these figures instead.
    pub fn map<U>(self, figures: impl FnOnce(T) -> U) -> Row<U> {
        let outcome = match self.outcome {
            RowOutcome::Measured(measured) => RowOutcome::Measured(figures(measured)),
            RowOutcome::NotMeasured { reason } => RowOutcome::NotMeasured { reason },
            RowOutcome::Failed { reason } => RowOutcome::Failed { reason },
        };
        Row { name: self.name, outcome }
    }

    /// Whether a server that should have answered did not.
    pub fn has_failed(&self) -> bool {
        match self.outcome {
            RowOutcome::Failed { .. } => true,
            RowOutcome::Measured(_) | RowOutcome::NotMeasured { .. } => false,
        }
    }
}

impl<T> From<Outcome<T>> for RowOutcome<T> {
    fn from(outcome: Outcome<T>) -> Self {
        Availability::from(outcome).into()
    }
}

impl<T> From<Availability<T>> for RowOutcome<T> {
    fn from(figures: Availability<T>) -> Self {
        match figures {
            Availability::There(figures) => Self::Measured(figures),
            Availability::Absent(reason) => Self::NotMeasured { reason },
            Availability::Broken(reason) => Self::Failed { reason },
        }
    }
}
