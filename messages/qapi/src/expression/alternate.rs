//! `alternate`

use super::names::{self, Leniency, Reserved};
use super::{Context, Part, members, type_names};
use crate::parse::{Object, Value};
use crate::schema::{Alternate, Branch};
use crate::source::SchemaError;

pub(super) fn alternate(context: &Context<'_>, object: &Object) -> Result<Alternate, SchemaError> {
    let data = object.get("data").and_then(Value::as_object);
    let data = data.ok_or_else(|| context.error("'data' must be an object"))?;
    if data.is_empty() {
        return Err(context.error("'data' must not be empty"));
    }
    let branches = data.iter().map(|(name, value)| branch(context, name, value)).collect::<Result<_, _>>()?;
    Ok(Alternate { branches })
}

fn branch(context: &Context<'_>, name: &str, value: &Value) -> Result<Branch, SchemaError> {
    names::check_member(context, Part::Member("data", name), name, Leniency::Strict, Reserved::Allowed)?;
    members::branch(context, name, value, |part, value| type_names::type_ref(context, part, value))
}
