//! Which keys an object must and may have.

use std::fmt::Display;

use super::Context;
use crate::parse::Object;
use crate::source::SchemaError;

/// Fails for keys that are missing, then for keys that are unknown.
pub(super) fn check(
    context: &Context<'_>,
    part: impl Display,
    object: &Object,
    required: &[&str],
    optional: &[&str],
) -> Result<(), SchemaError> {
    let mut missing: Vec<&str> = required.iter().copied().filter(|key| !object.contains_key(*key)).collect();
    if !missing.is_empty() {
        missing.sort_unstable();
        return Err(context.error(format!("{part} misses {}", keys(&missing))));
    }
    let known = |key: &str| required.contains(&key) || optional.contains(&key);
    let mut unknown: Vec<&str> = object.keys().map(String::as_str).filter(|key| !known(key)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    unknown.sort_unstable();
    let mut valid = [required, optional].concat();
    valid.sort_unstable();
    let (unknown, valid) = (keys(&unknown), quoted(valid));
    Err(context.error(format!("{part} has unknown {unknown}\nValid keys are {valid}.")))
}

fn keys(names: &[&str]) -> String {
    let noun = if names.len() == 1 { "key" } else { "keys" };
    format!("{noun} {}", quoted(names.iter().copied()))
}

/// `'a', 'b'`
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}
