//! Conditions: the value of `if`.

use super::{Context, Part, keys};
use crate::condition::Condition;
use crate::parse::{Object, Value};
use crate::source::SchemaError;

/// When the part that this object describes exists.
pub(super) fn condition(context: &Context<'_>, part: Part<'_>, object: &Object) -> Result<Condition, SchemaError> {
    match object.get("if") {
        Some(value) => parse(context, part, value),
        None => Ok(Condition::Always),
    }
}

fn parse(context: &Context<'_>, part: Part<'_>, value: &Value) -> Result<Condition, SchemaError> {
    match value {
        Value::String(name) => match is_defined_name(name) {
            true => Ok(Condition::Defined(name.clone())),
            false => Err(context.error(format!("'if' condition '{name}' of {part} is not a valid identifier"))),
        },
        Value::Object(object) => parse_operator(context, part, object),
        Value::Bool(_) | Value::List(_) => {
            Err(context.error(format!("'if' condition of {part} must be a string or an object")))
        }
    }
}

fn parse_operator(context: &Context<'_>, part: Part<'_>, object: &Object) -> Result<Condition, SchemaError> {
    keys::check(context, format_args!("'if' condition of {part}"), object, &[], &["all", "any", "not"])?;
    let mut entries = object.iter();
    let (Some((operator, operand)), None) = (entries.next(), entries.next()) else {
        return Err(context.error(format!("'if' condition of {part} has conflicting keys")));
    };
    if operator == "not" {
        return Ok(Condition::Not(Box::new(parse(context, part, operand)?)));
    }
    let Some(list) = operand.as_list() else {
        return Err(context.error(format!("'{operator}' condition of {part} must be an array")));
    };
    if list.is_empty() {
        return Err(context.error(format!("'if' condition [] of {part} is useless")));
    }
    let operands = list.iter().map(|value| parse(context, part, value)).collect::<Result<Vec<_>, _>>()?;
    Ok(if operator == "all" { Condition::All(operands) } else { Condition::Any(operands) })
}

/// Whether a name is one that a build defines: upper case, as of the C preprocessor.
fn is_defined_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
