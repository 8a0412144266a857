//! The members of an object, taken out one by one.

use serde_json::{Map, Value};

use super::{Place, QapiObject, QapiType};
use crate::QmpError;

/// The members of an object that stands at some place of a request.
///
/// Take every member that the type knows, in the order of its schema, then call [`finish`](Self::finish): what is left is a
/// member that nobody expected.
#[derive(Debug)]
pub struct Members<'p> {
    members: Map<String, Value>,
    place: &'p Place<'p>,
}

/// The `arguments` of a request.
pub type Arguments = Members<'static>;

impl Arguments {
    /// Wraps the object that came with the request; an absent `arguments` is the empty map.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self { members, place: &Place::ARGUMENTS }
    }
}

impl<'p> Members<'p> {
    /// The members of the value at `place`.
    ///
    /// # Errors
    /// `Invalid parameter type for 'PLACE', expected: object`, or `Parameter 'PLACE' is nested too deeply`.
    pub fn of(value: Value, place: &'p Place<'p>) -> Result<Self, QmpError> {
        let Value::Object(members) = value else { return Err(place.wrong_type("object")) };
        place.check_depth()?;
        Ok(Self { members, place })
    }

    /// Takes a member that must be there.
    ///
    /// # Errors
    /// `Parameter 'PLACE' is missing`, or what its type says.
    pub fn required<T: QapiType>(&mut self, name: &str) -> Result<T, QmpError> {
        match self.members.remove(name) {
            Some(value) => T::from_value(value, &self.place.member(name).begun()),
            None => Err(self.place.member(name).missing()),
        }
    }

    /// Takes a member that may be left out.
    ///
    /// # Errors
    /// What its type says.
    pub fn optional<T: QapiType>(&mut self, name: &str) -> Result<Option<T>, QmpError> {
        let value = self.members.remove(name);
        value.map(|value| T::from_value(value, &self.place.member(name).begun())).transpose()
    }

    /// Takes all that is left, unchecked: the arguments of a command with `'gen': false`.
    #[must_use]
    pub fn take_all(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.members)
    }

    /// Ends the check.
    ///
    /// # Errors
    /// `Parameter 'PLACE' is unexpected` for the first member that was not taken.
    pub fn finish(self) -> Result<(), QmpError> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.place.member(name).unexpected()),
        }
    }

    /// Takes them all as one object.
    ///
    /// # Errors
    /// For the first fault in the order of the object's schema; a member that nobody expects comes last.
    pub fn into_object<T: QapiObject>(mut self) -> Result<T, QmpError> {
        let object = T::take(&mut self)?;
        self.finish().map(|()| object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::qapi::MAX_DEPTH;

    /// A type that contains itself.
    #[derive(Debug, PartialEq)]
    struct Nest {
        inner: Option<Box<Nest>>,
    }

    impl QapiObject for Nest {
        fn take(members: &mut Members<'_>) -> Result<Self, QmpError> {
            Ok(Self { inner: members.optional("inner")? })
        }

        fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
            crate::qapi::write_optional(map, "inner", self.inner.as_ref())
        }
    }

    crate::qapi_object!(Nest);

    fn nested(levels: usize) -> Arguments {
        let value = (0..levels).fold(json!({}), |inner, _| json!({"inner": inner}));
        Arguments::new(Map::from_iter([("nest".to_owned(), value)]))
    }

    #[test]
    fn objects_may_be_nested_so_deep_and_no_deeper() {
        assert!(nested(MAX_DEPTH - 1).required::<Nest>("nest").is_ok());
        let error = nested(MAX_DEPTH).required::<Nest>("nest").unwrap_err();
        assert!(error.desc().starts_with("Parameter 'nest.inner."), "{error}");
        assert!(error.desc().ends_with(".inner' is nested too deeply"), "{error}");
    }

    /// A large type that contains itself.
    #[derive(Debug, PartialEq)]
    struct Heavy {
        ballast: [u64; 1024],
        inner: Option<Box<Heavy>>,
    }

    impl QapiObject for Heavy {
        fn take(members: &mut Members<'_>) -> Result<Self, QmpError> {
            Ok(Self { ballast: [0; 1024], inner: members.optional("inner")? })
        }

        fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
            map.serialize_entry("ballast", &self.ballast.len())?;
            crate::qapi::write_optional(map, "inner", self.inner.as_ref())
        }
    }

    crate::qapi_object!(Heavy);

    #[test]
    fn large_objects_are_refused_before_the_stack_is_at_its_end() {
        let check = || nested(MAX_DEPTH - 1).required::<Heavy>("nest").unwrap_err().desc().to_owned();
        let stack_of_an_io_thread = 2 << 20;
        let thread = std::thread::Builder::new().stack_size(stack_of_an_io_thread).spawn(check).unwrap();
        let refused = thread.join().unwrap();
        assert!(refused.ends_with(".inner' is nested too deeply"), "{refused}");
        assert!(refused.matches(".inner").count() > 2, "{refused}");
    }

    #[test]
    fn the_first_fault_is_that_of_the_schema_and_what_nobody_expects_comes_last() {
        let mut members = Arguments::new(Map::from_iter([("x".to_owned(), json!(1)), ("b".to_owned(), json!("one"))]));
        assert_eq!(members.required::<i64>("a").unwrap_err().desc(), "Parameter 'a' is missing");
        let wrong = members.required::<i64>("b").unwrap_err();
        assert_eq!(wrong.desc(), "Invalid parameter type for 'b', expected: integer");
        assert_eq!(members.optional::<i64>("c"), Ok(None));
        assert_eq!(members.finish().unwrap_err().desc(), "Parameter 'x' is unexpected");
    }

    #[test]
    fn null_is_a_value_and_not_an_absent_one() {
        let mut members = Arguments::new(Map::from_iter([("n".to_owned(), Value::Null)]));
        assert!(members.optional::<i64>("n").is_err());
    }
}
