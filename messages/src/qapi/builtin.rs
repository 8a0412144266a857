//! The types of the language.

use serde_json::Value;

use super::{Place, QapiEnum, QapiType};
use crate::QmpError;

impl QapiType for String {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        if let Value::String(text) = value { Ok(text) } else { Err(place.wrong_type("string")) }
    }
}

impl QapiType for bool {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        value.as_bool().ok_or_else(|| place.wrong_type("boolean"))
    }
}

impl QapiType for f64 {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        value.as_f64().ok_or_else(|| place.wrong_type("number"))
    }
}

impl QapiType for i64 {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        value.as_i64().ok_or_else(|| place.wrong_type("integer"))
    }
}

impl QapiType for u64 {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        value.as_u64().ok_or_else(|| place.not_unsigned())
    }
}

/// Integers that are narrower than those of the wire: signed ones as [`i64`].
macro_rules! signed {
    ($($type:ty: $name:literal;)*) => {$(
        impl QapiType for $type {
            fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
                Self::try_from(i64::from_value(value, place)?).map_err(|_| place.out_of_range($name))
            }
        }
    )*};
}

/// Unsigned ones: an integer below 0 is one out of range, anything else is none.
macro_rules! unsigned {
    ($($type:ty: $name:literal;)*) => {$(
        impl QapiType for $type {
            fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
                let narrow = match (value.as_u64(), value.as_i64()) {
                    (Some(wide), _) => Self::try_from(wide).ok(),
                    (None, Some(_below_zero)) => None,
                    (None, None) => return Err(place.not_unsigned()),
                };
                narrow.ok_or_else(|| place.out_of_range($name))
            }
        }
    )*};
}

signed! {
    i8: "int8_t";
    i16: "int16_t";
    i32: "int32_t";
}

unsigned! {
    u8: "uint8_t";
    u16: "uint16_t";
    u32: "uint32_t";
}

/// `null`
impl QapiType for () {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        if value.is_null() { Ok(()) } else { Err(place.wrong_type("null")) }
    }
}

/// `any`
impl QapiType for Value {
    fn from_value(value: Value, _: &Place<'_>) -> Result<Self, QmpError> {
        Ok(value)
    }
}

impl<T: QapiType> QapiType for Vec<T> {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        let Value::Array(items) = value else { return Err(place.wrong_type("array")) };
        place.check_depth()?;
        items.into_iter().enumerate().map(|(index, item)| T::from_value(item, &place.element(index))).collect()
    }
}

/// A type that contains itself.
impl<T: QapiType> QapiType for Box<T> {
    fn from_value(value: Value, place: &Place<'_>) -> Result<Self, QmpError> {
        T::from_value(value, place).map(Self::new)
    }
}

/// `QType`: the JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the language")]
pub enum QType {
    None,
    Qnull,
    Qnum,
    Qstring,
    Qdict,
    Qlist,
    Qbool,
}

impl QapiEnum for QType {
    const VALUES: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("qnull", Self::Qnull),
        ("qnum", Self::Qnum),
        ("qstring", Self::Qstring),
        ("qdict", Self::Qdict),
        ("qlist", Self::Qlist),
        ("qbool", Self::Qbool),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Qnull => "qnull",
            Self::Qnum => "qnum",
            Self::Qstring => "qstring",
            Self::Qdict => "qdict",
            Self::Qlist => "qlist",
            Self::Qbool => "qbool",
        }
    }
}

crate::qapi_enum!(QType);
