//! Features: the value of `features`.

use super::names::{self, Leniency, Reserved};
use super::{Context, Part, conditional, keys};
use crate::condition::Condition;
use crate::parse::{Object, Value};
use crate::schema::Feature;
use crate::source::SchemaError;

/// The features that this object lists, none if it has no such key.
pub(super) fn features(context: &Context<'_>, object: &Object) -> Result<Vec<Feature>, SchemaError> {
    match object.get("features") {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => list.iter().map(|value| feature(context, value)).collect(),
        Some(Value::String(_) | Value::Bool(_) | Value::Object(_)) => Err(context.error("'features' must be an array")),
    }
}

fn feature(context: &Context<'_>, value: &Value) -> Result<Feature, SchemaError> {
    let (name, condition) = named(context, "features", value, &["if"], |part, name| {
        names::check_member(context, part, name, Leniency::Strict, Reserved::Allowed)
    })?;
    Ok(Feature { name, condition })
}

/// The name and the condition of an entry of a list, which is its name or an object with `name`.
pub(super) fn named(
    context: &Context<'_>,
    key: &str,
    value: &Value,
    optional: &[&str],
    check_name: impl FnOnce(Part<'_>, &str) -> Result<(), SchemaError>,
) -> Result<(String, Condition), SchemaError> {
    let object = value.as_object();
    if let Some(object) = object {
        keys::check(context, Part::Unnamed(key), object, &["name"], optional)?;
    }
    let name = object.and_then(|object| object.get("name")).unwrap_or(value);
    let name = name.as_string().ok_or_else(|| context.error(format!("'{key}' member requires a string name")))?;
    let part = Part::Member(key, name);
    check_name(part, name)?;
    let condition = match object {
        Some(object) => conditional::condition(context, part, object)?,
        None => Condition::Always,
    };
    Ok((name.to_owned(), condition))
}
