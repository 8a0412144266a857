//! Commands and events.

use super::plan::{Field, Plan, Site};
use super::writer::Writer;
use super::{docs, object};
use crate::schema::{Command, Definition, Event, Kind, Payload, TypeRef};
use crate::source::SchemaError;

/// What the struct of a command or an event holds.
enum Content<'s> {
    /// Members.
    Fields(Vec<Field<'s>>),
    /// One value.
    Value(TypeRef),
    /// Whatever comes.
    Anything,
}

/// A command.
pub(super) fn command<'s>(
    w: &mut Writer,
    plan: &Plan<'s>,
    definition: &'s Definition,
    command: &Command,
) -> Result<(), SchemaError> {
    let content = if command.generated { content(plan, definition, &command.arguments)? } else { Content::Anything };
    message(w, plan, definition, &content);
    let (name, result) = (plan.name(definition), plan.standard("Result"));
    let returns = match &command.returns {
        _ if !command.generated => "rt::Json".to_owned(),
        Some(type_ref) => plan.type_text(Site::Message, type_ref),
        None => "rt::Empty".to_owned(),
    };
    w.blank();
    w.block(format_args!("impl rt::actix::Message for {name}"), |w| {
        w.line(format_args!("type Result = {result}<{returns}, rt::QmpError>;"));
    });
    w.blank();
    w.block(format_args!("impl rt::Command for {name}"), |w| {
        w.line(format_args!("const NAME: &'static str = \"{}\";", definition.name));
        if command.allow_oob {
            w.line("const ALLOW_OOB: bool = true;");
        }
        if command.allow_preconfig {
            w.line("const ALLOW_PRECONFIG: bool = true;");
        }
        if !command.success_response {
            w.line("const SUCCESS_RESPONSE: bool = false;");
        }
        w.blank();
        w.line(format_args!("type Return = {returns};"));
        w.blank();
        w.block(format_args!("fn from_arguments(arguments: rt::Arguments) -> {result}<Self, rt::QmpError>"), |w| {
            w.line("arguments.into_object()");
        });
    });
    Ok(())
}

/// An event.
pub(super) fn event<'s>(
    w: &mut Writer,
    plan: &Plan<'s>,
    definition: &'s Definition,
    event: &Event,
) -> Result<(), SchemaError> {
    let content = content(plan, definition, &event.data)?;
    message(w, plan, definition, &content);
    w.blank();
    w.block(format_args!("impl rt::Event for {}", plan.name(definition)), |w| {
        w.line(format_args!("const NAME: &'static str = \"{}\";", definition.name));
        if is_empty(plan, &content) {
            w.line("const HAS_DATA: bool = false;");
        }
    });
    Ok(())
}

fn content<'s>(plan: &Plan<'s>, definition: &'s Definition, payload: &Payload) -> Result<Content<'s>, SchemaError> {
    let Payload::Named { name, boxed } = payload else {
        return Ok(Content::Fields(plan.fields(Site::Message, definition)));
    };
    match plan.schema.get(name).map(|data| &data.kind) {
        Some(Kind::Struct(_)) if !*boxed => Ok(Content::Fields(plan.fields(Site::Message, definition))),
        Some(Kind::Struct(_) | Kind::Union(_)) => Ok(Content::Value(TypeRef::Named(name.clone()))),
        Some(Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_)) | None => {
            Err(definition.error(format!("'data' is '{name}', which is neither struct nor union")))
        }
    }
}

/// Whether there are no members at all.
fn is_empty(plan: &Plan<'_>, content: &Content<'_>) -> bool {
    match content {
        Content::Fields(fields) => fields.is_empty(),
        Content::Value(TypeRef::Named(name)) => plan.schema.members_of(name).is_empty(),
        Content::Value(TypeRef::Builtin(_) | TypeRef::Array(_)) | Content::Anything => false,
    }
}

/// The struct and `QapiObject`.
fn message(w: &mut Writer, plan: &Plan<'_>, definition: &Definition, content: &Content<'_>) {
    let name = plan.name(definition);
    w.blank();
    w.doc(&docs::of_definition(definition));
    match content {
        Content::Fields(fields) => {
            object::derive(w, plan, fields);
            object::declaration(w, name, fields);
            object::of_fields(w, plan, name, fields);
        }
        Content::Value(type_ref) => {
            let exact = if plan.derives.is_exact(type_ref) { ", Eq" } else { "" };
            w.line(format_args!("#[derive(Debug, Clone, PartialEq{exact})]"));
            w.line(format_args!("pub struct {name}(pub {});", plan.type_text(Site::Message, type_ref)));
            object::implementation(
                w,
                plan,
                name,
                |w| w.line("rt::QapiObject::take(members).map(Self)"),
                |w| w.line("rt::QapiObject::write(&self.0, map)"),
            );
        }
        Content::Anything => anything(w, plan, name),
    }
}

/// `'gen': false`: the members are passed on unchecked.
fn anything(w: &mut Writer, plan: &Plan<'_>, name: &str) {
    let (ok, string) = (plan.standard("Ok"), plan.standard("String"));
    w.line("#[derive(Debug, Clone, PartialEq, Eq, Default)]");
    w.block(format_args!("pub struct {name}"), |w| {
        w.doc("All arguments, unchecked.");
        w.line(format_args!("pub arguments: rt::Map<{string}, rt::Value>,"));
    });
    object::implementation(
        w,
        plan,
        name,
        |w| {
            let init = "arguments: members.take_all(),";
            w.enclosed(format_args!("{ok}(Self {{"), |w| w.line(init), "})");
        },
        |w| {
            w.block("for (name, value) in &self.arguments", |w| w.line("map.serialize_entry(name, value)?;"));
            w.line(format_args!("{ok}(())"));
        },
    );
}
