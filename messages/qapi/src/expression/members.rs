//! Members of objects and branches of unions and alternates, in short and in long form.

use super::names::{self, Leniency, Reserved};
use super::{Context, Part, conditional, features, keys, type_names};
use crate::condition::Condition;
use crate::parse::{Object, Value};
use crate::schema::{Branch, Member, TypeRef};
use crate::source::SchemaError;

/// The members that the value of a key lists.
pub(super) fn members(
    context: &Context<'_>,
    key: &str,
    object: &Object,
    leniency: Leniency,
) -> Result<Vec<Member>, SchemaError> {
    object.iter().map(|(name, value)| member(context, Part::Member(key, name), name, value, leniency)).collect()
}

fn member(
    context: &Context<'_>,
    part: Part<'_>,
    starred: &str,
    value: &Value,
    leniency: Leniency,
) -> Result<Member, SchemaError> {
    let (name, optional) = match starred.strip_prefix('*') {
        Some(name) => (name, true),
        None => (starred, false),
    };
    names::check_member(context, part, name, leniency, Reserved::Refused)?;
    let (condition, features, type_value) = match long_form(context, part, value, &["if", "features"])? {
        Some((long, type_value)) => {
            let condition = conditional::condition(context, part, long)?;
            (condition, features::features(context, long)?, type_value)
        }
        None => (Condition::Always, Vec::new(), value),
    };
    let type_ref = type_names::type_ref(context, part, type_value)?;
    Ok(Member { name: name.to_owned(), type_ref, optional, condition, features })
}

/// A branch; `type_of` says which uses of a type it may be.
pub(super) fn branch(
    context: &Context<'_>,
    name: &str,
    value: &Value,
    type_of: impl FnOnce(Part<'_>, &Value) -> Result<TypeRef, SchemaError>,
) -> Result<Branch, SchemaError> {
    let part = Part::Member("data", name);
    let (condition, type_value) = match long_form(context, part, value, &["if"])? {
        Some((long, type_value)) => (conditional::condition(context, part, long)?, type_value),
        None => (Condition::Always, value),
    };
    Ok(Branch { name: name.to_owned(), type_ref: type_of(part, type_value)?, condition })
}

/// The object of the long form, and its `type`.
fn long_form<'v>(
    context: &Context<'_>,
    part: Part<'_>,
    value: &'v Value,
    optional: &[&str],
) -> Result<Option<(&'v Object, &'v Value)>, SchemaError> {
    let Some(object) = value.as_object() else {
        return Ok(None);
    };
    keys::check(context, part, object, &["type"], optional)?;
    Ok(object.get("type").map(|type_value| (object, type_value)))
}
