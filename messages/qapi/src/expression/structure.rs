//! `struct`

use super::{Context, Part, members, names, type_names};
use crate::parse::{Object, Value};
use crate::schema::Struct;
use crate::source::SchemaError;

pub(super) fn structure(context: &Context<'_>, object: &Object) -> Result<Struct, SchemaError> {
    let data = match object.get("data") {
        Some(Value::Object(data)) => data,
        Some(Value::List(_)) => return Err(context.error("'data' cannot be an array")),
        Some(Value::String(_) | Value::Bool(_)) | None => {
            return Err(context.error("'data' should be an object or type name"));
        }
    };
    let members = members::members(context, "data", data, names::member_leniency(context))?;
    let base = object.get("base").map(|base| type_names::name(context, Part::Key("base"), base)).transpose()?;
    Ok(Struct { base: base.map(str::to_owned), members })
}
