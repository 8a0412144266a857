//! Alternates: their branches are told apart by the JSON type of the value alone.

use super::clash::{Named, Role, Seen};
use super::types::{Type, Types};
use crate::schema::{Alternate, Builtin, Definition, Kind};
use crate::source::SchemaError;

/// The types of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JsonType {
    String,
    Number,
    Boolean,
    Null,
    Object,
    Array,
}

pub(super) fn check<'d>(
    types: &Types<'d>,
    definition: &'d Definition,
    alternate: &'d Alternate,
) -> Result<(), SchemaError> {
    let mut branches = Vec::with_capacity(alternate.branches.len());
    for branch in &alternate.branches {
        let named = Named::new(Role::Branch, &branch.name);
        branches.push((named, types.used(definition, named, &branch.type_ref)?));
    }
    let mut seen = Seen::default();
    let mut taken: Vec<(JsonType, Named<'_>)> = Vec::new();
    for (named, branch_type) in branches {
        seen.add(definition, named)?;
        let accepted = json_types(branch_type);
        if accepted.is_empty() {
            return Err(definition.error(format!("{named} cannot use {branch_type}")));
        }
        for json_type in accepted {
            if let Some((_, other)) = taken.iter().find(|(other, _)| *other == json_type) {
                let message = format!("{named} can't be distinguished from '{}'", other.name());
                return Err(definition.error(message));
            }
            taken.push((json_type, named));
        }
    }
    Ok(())
}

/// What a value of a type can look like; nothing for types that can't be in an alternate.
///
/// A string may also look like a number or a boolean: command lines have only strings, and there one that reads as a
/// number or as `on` or `off` is meant as such.
fn json_types(branch_type: Type<'_>) -> Vec<JsonType> {
    match branch_type {
        Type::Builtin(builtin) => builtin_json_types(builtin),
        Type::Array(_) => vec![JsonType::Array],
        Type::Defined(definition) => match &definition.kind {
            Kind::Enum(enumeration) => {
                let names = || enumeration.values.iter().map(|value| value.name.as_str());
                let mut accepted = vec![JsonType::String];
                if names().any(|name| name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))) {
                    accepted.push(JsonType::Number);
                }
                if names().any(|name| matches!(name, "on" | "off")) {
                    accepted.push(JsonType::Boolean);
                }
                accepted
            }
            Kind::Struct(_) | Kind::Union(_) => vec![JsonType::Object],
            Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => Vec::new(),
        },
    }
}

fn builtin_json_types(builtin: Builtin) -> Vec<JsonType> {
    match builtin {
        Builtin::Str => vec![JsonType::String, JsonType::Number, JsonType::Boolean],
        Builtin::QType => vec![JsonType::String],
        Builtin::Number
        | Builtin::Int
        | Builtin::Int8
        | Builtin::Int16
        | Builtin::Int32
        | Builtin::Int64
        | Builtin::Uint8
        | Builtin::Uint16
        | Builtin::Uint32
        | Builtin::Uint64
        | Builtin::Size => vec![JsonType::Number],
        Builtin::Bool => vec![JsonType::Boolean],
        Builtin::Null => vec![JsonType::Null],
        Builtin::Any => Vec::new(),
    }
}
