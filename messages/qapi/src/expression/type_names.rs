//! Uses of types: a name, or an array of one.

use super::{Context, Part};
use crate::parse::{Object, Value};
use crate::schema::{Builtin, TypeRef};
use crate::source::SchemaError;

/// Members written down in place, or the name of a type that has them.
pub(super) enum MembersOrName<'v> {
    Members(&'v Object),
    Name(&'v str),
}

/// The name of a type.
pub(super) fn name<'v>(context: &Context<'_>, part: Part<'_>, value: &'v Value) -> Result<&'v str, SchemaError> {
    match value {
        Value::String(name) => Ok(name),
        Value::List(_) => Err(context.error(format!("{part} cannot be an array"))),
        Value::Bool(_) | Value::Object(_) => Err(context.error(format!("{part} should be a type name"))),
    }
}

/// The name of a type, or an array of it.
pub(super) fn type_ref(context: &Context<'_>, part: Part<'_>, value: &Value) -> Result<TypeRef, SchemaError> {
    match value {
        Value::String(name) => Ok(TypeRef::of_name(name)),
        Value::List(list) => match list.as_slice() {
            [Value::String(name)] => Ok(TypeRef::Array(Box::new(TypeRef::of_name(name)))),
            _ => Err(context.error(format!("{part}: array type must contain single type name"))),
        },
        Value::Bool(_) | Value::Object(_) => Err(context.error(format!("{part} should be a type name"))),
    }
}

/// Members, or the name of a type that has them.
pub(super) fn members_or_name<'v>(
    context: &Context<'_>,
    part: Part<'_>,
    value: &'v Value,
) -> Result<MembersOrName<'v>, SchemaError> {
    match value {
        Value::String(name) => Ok(MembersOrName::Name(name)),
        Value::Object(members) => Ok(MembersOrName::Members(members)),
        Value::List(_) => Err(context.error(format!("{part} cannot be an array"))),
        Value::Bool(_) => Err(context.error(format!("{part} should be an object or type name"))),
    }
}

impl TypeRef {
    /// The use of the type of this name, which need not exist.
    pub(super) fn of_name(name: &str) -> Self {
        Builtin::of_name(name).map_or_else(|| Self::Named(name.to_owned()), Self::Builtin)
    }
}
