//! Enums and alternates.

use super::docs;
use super::names::{Namespace, camel_case};
use super::plan::{Plan, Site};
use super::writer::Writer;
use crate::schema::{Alternate, Branch, Builtin, Definition, Enum, Kind, TypeRef};
use crate::source::SchemaError;

/// The variants of `serde_json::Value`.
const JSON_TYPES: [&str; 6] = ["Null", "Bool", "Number", "String", "Array", "Object"];

/// A branch of an alternate.
struct Variant<'s> {
    branch: &'s Branch,
    name: String,
    json: &'static str,
}

/// An enum.
pub(super) fn enumeration(w: &mut Writer, plan: &Plan<'_>, definition: &Definition, enumeration: &Enum) {
    let name = plan.name(definition);
    let variants = plan.variants(&TypeRef::Named(definition.name.clone())).unwrap_or_default();
    w.blank();
    w.doc(&docs::of_definition(definition));
    w.line("#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]");
    w.block(format_args!("pub enum {name}"), |w| {
        for (value, (_, variant)) in enumeration.values.iter().zip(&variants) {
            w.doc(&docs::of_part(&value.name, &value.features, definition));
            w.line(format_args!("{variant},"));
        }
    });
    w.blank();
    w.block(format_args!("impl rt::QapiEnum for {name}"), |w| {
        let pair = |(value, variant): &(&str, String)| [format!("\"{value}\""), format!("Self::{variant}")];
        let values: Vec<[String; 2]> = variants.iter().map(pair).collect();
        w.pairs("const VALUES: &'static [(&'static str, Self)] = &[", &values, "];");
        w.blank();
        w.block("fn name(self) -> &'static str", |w| {
            let arm = |w: &mut Writer, (value, variant): &(&str, String)| {
                w.line(format_args!("Self::{variant} => \"{value}\","));
            };
            w.block("match self", |w| variants.iter().for_each(|it| arm(w, it)));
        });
    });
    w.blank();
    w.line(format_args!("rt::enumeration!({name});"));
}

/// An alternate.
pub(super) fn alternate(
    w: &mut Writer,
    plan: &Plan<'_>,
    definition: &Definition,
    alternate: &Alternate,
) -> Result<(), SchemaError> {
    let name = plan.name(definition);
    let site = Site::Type(&definition.name);
    let mut taken = Namespace::default();
    let mut variants: Vec<Variant<'_>> = Vec::new();
    for branch in &alternate.branches {
        let json = json_type(plan, &branch.type_ref)
            .ok_or_else(|| definition.error(format!("branch '{}' has no JSON type of its own", branch.name)))?;
        if let Some(other) = variants.iter().find(|variant| variant.json == json) {
            let message = format!("branch '{}' can't be distinguished from '{}'", branch.name, other.branch.name);
            return Err(definition.error(message));
        }
        variants.push(Variant { branch, name: taken.claim(camel_case(&branch.name)), json });
    }
    let exact = variants.iter().all(|variant| plan.derives.is_exact(&variant.branch.type_ref));
    w.blank();
    w.doc(&docs::of_definition(definition));
    w.line(format_args!("#[derive(Debug, Clone, PartialEq{})]", if exact { ", Eq" } else { "" }));
    w.block(format_args!("pub enum {name}"), |w| {
        for Variant { branch, name: variant, .. } in &variants {
            w.doc(&docs::of_part(&branch.name, &[], definition));
            if is_null(branch) {
                w.line(format_args!("{variant},"));
            } else {
                w.line(format_args!("{variant}({}),", plan.type_text(site, &branch.type_ref)));
            }
        }
    });
    from_value(w, plan, definition, &variants);
    serialize(w, plan, name, &variants);
    w.blank();
    w.line(format_args!("rt::value!({name});"));
    Ok(())
}

fn from_value(w: &mut Writer, plan: &Plan<'_>, definition: &Definition, variants: &[Variant<'_>]) {
    let (result, ok, err) = (plan.standard("Result"), plan.standard("Ok"), plan.standard("Err"));
    let known = variants.iter().map(|Variant { branch, name, json }| {
        let made = format!("rt::QapiType::from_value(value, place).map(Self::{name})");
        (pattern(json), if is_null(branch) { format!("{ok}(Self::{name})") } else { made })
    });
    let mut arms: Vec<(String, String)> = known.collect();
    let others = JSON_TYPES.iter().filter(|json| !variants.iter().any(|variant| variant.json == **json));
    let others: Vec<String> = others.map(|json| pattern(json)).collect();
    if !others.is_empty() {
        arms.push((others.join(" | "), format!("{err}(place.no_branch(\"{}\"))", definition.name)));
    }
    let head = format!("fn from_value(value: rt::Value, place: &rt::Place<'_>) -> {result}<Self, rt::QmpError>");
    w.blank();
    w.block(format_args!("impl rt::QapiType for {}", plan.name(definition)), |w| {
        w.block(head, |w| w.block("match value", |w| arms.iter().for_each(|(pattern, made)| w.arm(pattern, made))));
    });
}

/// The pattern of a JSON type.
fn pattern(json: &str) -> String {
    if json == "Null" { "rt::Value::Null".to_owned() } else { format!("rt::Value::{json}(_)") }
}

fn is_null(branch: &Branch) -> bool {
    branch.type_ref == TypeRef::Builtin(Builtin::Null)
}

fn serialize(w: &mut Writer, plan: &Plan<'_>, name: &str, variants: &[Variant<'_>]) {
    let arms = variants.iter().map(|Variant { branch, name, .. }| {
        if is_null(branch) {
            (format!("Self::{name}"), "serializer.serialize_unit()")
        } else {
            (format!("Self::{name}(value)"), "rt::serde::Serialize::serialize(value, serializer)")
        }
    });
    let arms: Vec<(String, &str)> = arms.collect();
    let result = plan.standard("Result");
    let head = "fn serialize<S: rt::serde::Serializer>(&self, serializer: S)";
    w.blank();
    w.block(format_args!("impl rt::serde::Serialize for {name}"), |w| {
        w.block(format_args!("{head} -> {result}<S::Ok, S::Error>"), |w| {
            w.block("match self", |w| arms.iter().for_each(|(pattern, made)| w.arm(pattern, made)));
        });
    });
}

/// The variant of `serde_json::Value` that a type is written as; `None` if there are several.
fn json_type(plan: &Plan<'_>, type_ref: &TypeRef) -> Option<&'static str> {
    Some(match type_ref {
        TypeRef::Builtin(Builtin::Str | Builtin::QType) => "String",
        TypeRef::Builtin(Builtin::Bool) => "Bool",
        TypeRef::Builtin(Builtin::Null) => "Null",
        TypeRef::Builtin(Builtin::Any) => return None,
        TypeRef::Builtin(_) => "Number",
        TypeRef::Array(_) => "Array",
        TypeRef::Named(name) => match &plan.schema.get(name)?.kind {
            Kind::Enum(_) => "String",
            Kind::Struct(_) | Kind::Union(_) => "Object",
            Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => return None,
        },
    })
}
