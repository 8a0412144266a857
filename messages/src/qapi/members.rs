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
    /// `Invalid parameter type for 'PLACE', expected: object`.
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
            Some(value) => T::from_value(value, &self.place.member(name)),
            None => Err(self.place.member(name).missing()),
        }
    }

    /// Takes a member that may be left out.
    ///
    /// # Errors
    /// What its type says.
    pub fn optional<T: QapiType>(&mut self, name: &str) -> Result<Option<T>, QmpError> {
        self.members.remove(name).map(|value| T::from_value(value, &self.place.member(name))).transpose()
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
