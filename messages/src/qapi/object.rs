//! Objects: structs, unions, and what commands and events carry.

use serde::Serialize;
use serde::ser::SerializeMap;

use super::Members;
use crate::QmpError;

/// An object whose members can be taken out of, and written into, a larger one: a base or a branch of a union.
pub trait QapiObject: Sized {
    /// Takes the object's members.
    ///
    /// # Errors
    /// For the first fault in the order of the schema.
    fn take(members: &mut Members<'_>) -> Result<Self, QmpError>;

    /// Writes the object's members.
    ///
    /// # Errors
    /// The map's.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Writes a member that may be left out.
///
/// # Errors
/// The map's.
pub fn write_optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    member: Option<&T>,
) -> Result<(), M::Error> {
    member.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

/// Makes a [`QapiObject`] a value of its own: checked, and read and written by serde.
#[macro_export]
macro_rules! qapi_object {
    ($type:ty) => {
        impl $crate::qapi::QapiType for $type {
            fn from_value(
                value: $crate::qapi::Value,
                place: &$crate::qapi::Place<'_>,
            ) -> ::core::result::Result<Self, $crate::qapi::QmpError> {
                $crate::qapi::Members::of(value, place)?.into_object()
            }
        }

        impl $crate::qapi::serde::Serialize for $type {
            fn serialize<S: $crate::qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                use $crate::qapi::serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(::core::option::Option::None)?;
                $crate::qapi::QapiObject::write(self, &mut map)?;
                map.end()
            }
        }

        $crate::qapi_value!($type);
    };
}

/// Makes a checked type one that serde reads; its errors are the protocol's.
#[macro_export]
macro_rules! qapi_value {
    ($type:ty) => {
        impl<'de> $crate::qapi::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::qapi::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::qapi::Value as $crate::qapi::serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::qapi::QapiType>::from_value(value, &$crate::qapi::Place::ARGUMENTS)
                    .map_err($crate::qapi::serde::de::Error::custom)
            }
        }
    };
}

/// Makes a [`QapiEnum`](crate::qapi::QapiEnum) a value: checked, displayed, and read and written by serde.
#[macro_export]
macro_rules! qapi_enum {
    ($type:ty) => {
        impl $crate::qapi::QapiType for $type {
            fn from_value(
                value: $crate::qapi::Value,
                place: &$crate::qapi::Place<'_>,
            ) -> ::core::result::Result<Self, $crate::qapi::QmpError> {
                let $crate::qapi::Value::String(name) = value else {
                    return ::core::result::Result::Err(place.wrong_type("string"));
                };
                let values = <Self as $crate::qapi::QapiEnum>::VALUES;
                match values.iter().find(|(known, _)| *known == name) {
                    ::core::option::Option::Some((_, value)) => ::core::result::Result::Ok(*value),
                    ::core::option::Option::None => ::core::result::Result::Err(place.unknown_name(&name)),
                }
            }
        }

        impl $crate::qapi::serde::Serialize for $type {
            fn serialize<S: $crate::qapi::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::qapi::QapiEnum::name(*self))
            }
        }

        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str($crate::qapi::QapiEnum::name(*self))
            }
        }

        $crate::qapi_value!($type);
    };
}
