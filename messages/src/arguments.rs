//! The `arguments` of a request, checked member by member in the protocol's words.

use serde_json::{Map, Value};

use crate::QmpError;

/// The members of a request's `arguments`, taken out one by one by [`crate::Command::from_arguments`].
///
/// Take every member that the command knows, in the order of its schema, then call
/// [`finish`](Self::finish): what is left over is a member nobody expected.
#[derive(Debug, Default)]
pub struct Arguments {
    members: Map<String, Value>,
}

impl Arguments {
    /// Wraps the object that came with the request; an absent `arguments` is the empty map.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self { members }
    }

    /// Takes a member that must be there.
    ///
    /// # Errors
    /// `Parameter 'NAME' is missing`, or `Invalid parameter type for 'NAME', expected: TYPE`.
    pub fn required<T: Argument>(&mut self, name: &str) -> Result<T, QmpError> {
        self.optional(name)?.ok_or_else(|| QmpError::generic(format!("Parameter '{name}' is missing")))
    }

    /// Takes a member that may be left out.
    ///
    /// # Errors
    /// `Invalid parameter type for 'NAME', expected: TYPE`.
    pub fn optional<T: Argument>(&mut self, name: &str) -> Result<Option<T>, QmpError> {
        let Some(value) = self.members.remove(name) else {
            return Ok(None);
        };
        T::from_value(value).map(Some).ok_or_else(|| {
            let expected = T::EXPECTED;
            QmpError::generic(format!("Invalid parameter type for '{name}', expected: {expected}"))
        })
    }

    /// Ends the check.
    ///
    /// # Errors
    /// `Parameter 'NAME' is unexpected` for the first member that was not taken.
    pub fn finish(self) -> Result<(), QmpError> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(QmpError::generic(format!("Parameter '{name}' is unexpected"))),
        }
    }
}

/// A Rust type that an argument can have.
pub trait Argument: Sized {
    /// The type's name in the words of the protocol's errors.
    const EXPECTED: &'static str;

    /// The value, or `None` when the JSON value is of another type or out of range.
    fn from_value(value: Value) -> Option<Self>;
}

impl Argument for String {
    const EXPECTED: &'static str = "string";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl Argument for bool {
    const EXPECTED: &'static str = "boolean";

    fn from_value(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Argument for i64 {
    const EXPECTED: &'static str = "integer";

    fn from_value(value: Value) -> Option<Self> {
        value.as_i64()
    }
}

impl Argument for u64 {
    const EXPECTED: &'static str = "integer";

    fn from_value(value: Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Argument for f64 {
    const EXPECTED: &'static str = "number";

    fn from_value(value: Value) -> Option<Self> {
        value.as_f64()
    }
}

impl Argument for Vec<Value> {
    const EXPECTED: &'static str = "array";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Array(items) = value { Some(items) } else { None }
    }
}

impl Argument for Map<String, Value> {
    const EXPECTED: &'static str = "object";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Object(members) = value { Some(members) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Arguments {
        Arguments::new(Map::from_value(value).expect("an object"))
    }

    #[test]
    fn missing_wrong_and_unexpected_are_said_in_the_protocols_words() {
        let mut none = arguments(json!({}));
        let error = none.required::<String>("uri").unwrap_err();
        assert_eq!(error.desc(), "Parameter 'uri' is missing");

        let mut wrong = arguments(json!({"uri": 5}));
        let error = wrong.required::<String>("uri").unwrap_err();
        assert_eq!(error.desc(), "Invalid parameter type for 'uri', expected: string");

        let extra = arguments(json!({"x": null}));
        assert_eq!(extra.finish().unwrap_err().desc(), "Parameter 'x' is unexpected");
    }

    #[test]
    fn integers_keep_their_full_range() {
        let mut given = arguments(json!({"a": u64::MAX, "b": i64::MIN, "c": u64::MAX}));
        assert_eq!(given.required::<u64>("a").unwrap(), u64::MAX);
        assert_eq!(given.required::<i64>("b").unwrap(), i64::MIN);
        assert!(given.required::<i64>("c").is_err());
    }
}
