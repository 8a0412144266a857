//! Conditions (`if`), and what is left of a schema when they are decided.

mod configured;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

/// When a part of the schema exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// No `if`.
    #[default]
    Always,
    /// The name is defined.
    Defined(String),
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// Whether it holds where these names are defined.
    #[must_use]
    pub fn holds(&self, defines: &Defines) -> bool {
        match self {
            Self::Always => true,
            Self::Defined(name) => defines.is_defined(name),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(defines)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(defines)),
            Self::Not(condition) => !condition.holds(defines),
        }
    }

    fn fmt_operands(f: &mut fmt::Formatter<'_>, operands: &[Self], operator: &str) -> fmt::Result {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                write!(f, " {operator} ")?;
            }
            operand.fmt_operand(f)?;
        }
        Ok(())
    }

    fn fmt_operand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(conditions) | Self::Any(conditions) if conditions.len() > 1 => write!(f, "({self})"),
            Self::Always | Self::Defined(_) | Self::All(_) | Self::Any(_) | Self::Not(_) => write!(f, "{self}"),
        }
    }
}

/// In words: `HAVE_PUMP and not (HAVE_VALVE or HAVE_LOCK)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Defined(name) => f.write_str(name),
            Self::All(conditions) => Self::fmt_operands(f, conditions, "and"),
            Self::Any(conditions) => Self::fmt_operands(f, conditions, "or"),
            Self::Not(condition) => {
                f.write_str("not ")?;
                condition.fmt_operand(f)
            }
        }
    }
}

/// Names that conditions find defined. They have no values: conditions ask for names alone.
#[derive(Debug, Clone, Default)]
pub struct Defines(BTreeSet<String>);

impl Defines {
    /// Defines a name, as `-D` does for a C compiler.
    pub fn define(&mut self, name: &str) -> &mut Self {
        self.0.insert(name.to_owned());
        self
    }

    /// Whether a name is defined.
    #[must_use]
    pub fn is_defined(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}
