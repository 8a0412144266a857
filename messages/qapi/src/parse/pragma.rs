//! `pragma` directives.

use super::{Object, Pragma, Value};
use crate::source::{Location, SchemaError};

impl Pragma {
    /// Takes over what a directive sets. Lists add up, so that every file can name its own exceptions.
    ///
    /// # Errors
    /// A pragma that isn't known, or a value of the wrong type.
    pub(super) fn apply(&mut self, location: &Location, pragmas: Object) -> Result<(), SchemaError> {
        for (name, value) in pragmas {
            self.set(&name, value).map_err(|message| SchemaError::new(location, message))?;
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: Value) -> Result<(), String> {
        let exceptions = match name {
            "doc-required" => {
                self.doc_required = boolean(&value).ok_or("pragma 'doc-required' must be boolean")?;
                return Ok(());
            }
            "command-name-exceptions" => &mut self.command_name_exceptions,
            "command-returns-exceptions" => &mut self.command_returns_exceptions,
            "member-name-exceptions" => &mut self.member_name_exceptions,
            "documentation-exceptions" => &mut self.documentation_exceptions,
            _ => return Err(format!("unknown pragma '{name}'")),
        };
        exceptions.extend(strings(value).ok_or_else(|| format!("pragma {name} must be a list of strings"))?);
        Ok(())
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(bool) => Some(*bool),
        Value::String(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// The strings of a list of nothing else.
fn strings(value: Value) -> Option<Vec<String>> {
    let Value::List(items) = value else {
        return None;
    };
    let string = |item| match item {
        Value::String(string) => Some(string),
        Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    };
    items.into_iter().map(string).collect()
}
