//! `enum`

use super::names::{self, Leniency};
use super::{Context, features};
use crate::parse::{Object, Value};
use crate::schema::{Enum, EnumValue};
use crate::source::SchemaError;

pub(super) fn enumeration(context: &Context<'_>, object: &Object) -> Result<Enum, SchemaError> {
    let list = object.get("data").and_then(Value::as_list);
    let list = list.ok_or_else(|| context.error("'data' must be an array"))?;
    if object.get("prefix").is_some_and(|prefix| prefix.as_string().is_none()) {
        return Err(context.error("'prefix' must be a string"));
    }
    let leniency = names::member_leniency(context);
    let values = list.iter().map(|value| enum_value(context, value, leniency)).collect::<Result<_, _>>()?;
    Ok(Enum { values })
}

fn enum_value(context: &Context<'_>, value: &Value, leniency: Leniency) -> Result<EnumValue, SchemaError> {
    let (name, condition) = features::named(context, "data", value, &["if", "features"], |part, name| {
        names::check_value(context, part, name, leniency)
    })?;
    let features = match value.as_object() {
        Some(object) => features::features(context, object)?,
        None => Vec::new(),
    };
    Ok(EnumValue { name, condition, features })
}
