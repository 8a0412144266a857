//! Objects whose members are fields: structs, and the arguments and data that are written down member by member.

use super::docs;
use super::plan::{Field, Plan};
use super::writer::Writer;

/// `#[derive(..)]` for these fields.
pub(super) fn derive(w: &mut Writer, plan: &Plan<'_>, fields: &[Field<'_>]) {
    let exact = fields.iter().all(|field| plan.derives.is_exact(&field.member().type_ref));
    let default = fields.iter().all(|field| plan.derives.has_default(field.member()));
    let (exact, default) = (if exact { ", Eq" } else { "" }, if default { ", Default" } else { "" });
    w.line(format_args!("#[derive(Debug, Clone, PartialEq{exact}{default})]"));
}

/// The struct.
pub(super) fn declaration(w: &mut Writer, name: &str, fields: &[Field<'_>]) {
    if fields.is_empty() {
        return w.line(format_args!("pub struct {name};"));
    }
    w.block(format_args!("pub struct {name}"), |w| {
        for field in fields {
            w.doc(&docs::of_member(field.inherited));
            w.line(format_args!("pub {}: {},", field.name, field.type_text));
        }
    });
}

/// `QapiObject` with what its two functions do, and the traits that follow from it.
pub(super) fn implementation(
    w: &mut Writer,
    plan: &Plan<'_>,
    name: &str,
    take: impl FnOnce(&mut Writer),
    write: impl FnOnce(&mut Writer),
) {
    w.blank();
    w.block(format_args!("impl rt::QapiObject for {name}"), |w| {
        w.block(take_head(plan, "members"), take);
        w.blank();
        w.block(write_head(plan, "map"), write);
    });
    w.blank();
    w.line(format_args!("rt::object!({name});"));
}

/// `QapiObject` of a struct with these fields.
pub(super) fn of_fields(w: &mut Writer, plan: &Plan<'_>, name: &str, fields: &[Field<'_>]) {
    let ok = plan.standard("Ok");
    if !fields.is_empty() {
        return implementation(
            w,
            plan,
            name,
            |w| {
                fields.iter().for_each(|field| take(w, &field.local, field));
                made(w, plan, fields);
            },
            |w| {
                fields.iter().for_each(|field| write(w, field));
                w.line(format_args!("{ok}(())"));
            },
        );
    }
    w.blank();
    w.block(format_args!("impl rt::QapiObject for {name}"), |w| {
        w.block(take_head(plan, "_"), |w| w.line(format_args!("{ok}(Self)")));
        w.blank();
        w.block(write_head(plan, "_"), |w| w.line(format_args!("{ok}(())")));
    });
    w.blank();
    w.line(format_args!("rt::object!({name});"));
}

fn take_head(plan: &Plan<'_>, members: &str) -> String {
    format!("fn take({members}: &mut rt::Members<'_>) -> {}<Self, rt::QmpError>", plan.standard("Result"))
}

fn write_head(plan: &Plan<'_>, map: &str) -> String {
    let result = plan.standard("Result");
    format!("fn write<M: rt::serde::ser::SerializeMap>(&self, {map}: &mut M) -> {result}<(), M::Error>")
}

/// Takes a field out of `members` into a variable. One statement for each: in a literal with a `?` for each field, the time
/// that optimized code takes to compile grows with a high power of their number.
pub(super) fn take(w: &mut Writer, variable: &str, field: &Field<'_>) {
    let how = if field.member().optional { "optional" } else { "required" };
    w.variable(variable, &format!("members.{how}(\"{}\")?", field.member().name));
}

/// The object of these variables.
pub(super) fn made(w: &mut Writer, plan: &Plan<'_>, fields: &[Field<'_>]) {
    let init = |Field { name, local, .. }: &Field<'_>| {
        if local == name { name.clone() } else { format!("{name}: {local}") }
    };
    let inits: Vec<String> = fields.iter().map(init).collect();
    w.literal(&format!("{}(Self", plan.standard("Ok")), &inits, ")");
}

/// Writes a field into `map`.
pub(super) fn write(w: &mut Writer, field: &Field<'_>) {
    let name = format!("\"{}\"", field.member().name);
    if field.member().optional {
        let value = format!("self.{}.as_ref()", field.name);
        w.list("rt::write_optional(", &["map".to_owned(), name, value], ")?;");
    } else {
        w.list("map.serialize_entry(", &[name, format!("&self.{}", field.name)], ")?;");
    }
}
