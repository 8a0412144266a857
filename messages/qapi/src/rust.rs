//! A schema to Rust: its types, commands and events, and `SCHEMA`, which tells the monitor of them.
//!
//! The text is for `include!` in a module of the user's: no attributes of the whole file, nothing imported into that module
//! but what was asked for. `commands` and `events` are modules of their own, since a command `stop` and an event `STOP` are
//! both `Stop`; types are re-exported from a private module, which is there to hold attributes and one import.
//!
//! | module | writes |
//! |---|---|
//! | `plan`, from `names`, `contents`, `recursion`, `derives` | nothing: decides on names, boxes and traits |
//! | `values`, `union`, `object`, `message` | a definition each |
//! | `docs`, `rest`, `inline` | documentation |
//! | `writer` | lines |

mod contents;
mod derives;
mod docs;
mod inline;
mod message;
mod names;
mod object;
mod plan;
mod recursion;
mod rest;
mod union;
mod values;
mod writer;

use self::plan::{Plan, Site};
use self::writer::Writer;
use crate::CompileError;
use crate::introspect::{introspect, to_json};
use crate::schema::{Definition, Kind, Schema};
use crate::source::SchemaError;

/// What is said about code that nobody wrote: it need not be used, has the sizes and the comments of its schema, and lints of
/// taste don't matter to it. Clippy's own choice of lints holds.
const ALLOW: &str = "#[allow(dead_code, unreachable_pub, unused_imports)]\n\
    #[allow(clippy::doc_lazy_continuation, clippy::excessive_nesting)]\n\
    #[allow(clippy::large_enum_variant)]\n\
    #[allow(clippy::pedantic, clippy::nursery, clippy::restriction)]";

/// How code is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The path of the runtime that generated code uses.
    pub runtime: String,
    /// Which file the code is from, for the comment at its beginning.
    pub source: Option<String>,
    /// Introspection as JSON, if it is not to be that of the schema as it is; see
    /// [`introspect_with`](crate::introspect::introspect_with).
    pub introspection: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { runtime: "::actix_qmp::qapi".to_owned(), source: None, introspection: None }
    }
}

/// Generates the code of a schema whose conditions are decided.
///
/// # Errors
/// When a definition makes no sense in Rust; not for a schema that was checked.
pub fn generate(schema: &Schema, options: &Options) -> Result<String, CompileError> {
    let plan = Plan::new(schema);
    let mut w = Writer::default();
    let from = options.source.as_ref().map_or_else(String::new, |source| format!(" from {source}"));
    w.line(format_args!("// Generated{from} by actix-qmp-qapi {}; changes are lost.", env!("CARGO_PKG_VERSION")));
    w.blank();
    schema_static(&mut w, schema, options);
    w.blank();
    w.line("#[doc(inline)]\n#[allow(unreachable_pub, unused_imports)]\npub use self::types::*;");
    w.blank();
    module(&mut w, "mod types", options, |w| each(w, schema, &plan, is_type))?;
    w.blank();
    w.doc("The commands.");
    module(&mut w, "pub mod commands", options, |w| each(w, schema, &plan, is_command))?;
    w.blank();
    w.doc("The events.");
    module(&mut w, "pub mod events", options, |w| each(w, schema, &plan, is_event))?;
    Ok(w.into_text())
}

/// `SCHEMA`.
fn schema_static(w: &mut Writer, schema: &Schema, options: &Options) {
    let runtime = &options.runtime;
    let made = || to_json(&introspect(schema));
    let introspection = options.introspection.clone().unwrap_or_else(made);
    w.doc("What the monitor must know of the schema.");
    w.line("#[allow(dead_code, unreachable_pub)]");
    w.enclosed(
        format_args!("pub static SCHEMA: {runtime}::Schema = {runtime}::Schema {{"),
        |w| {
            w.enclosed("commands: &[", |w| schema.definitions.values().for_each(|it| listed(w, runtime, it)), "],");
            w.line(format_args!("introspection: {},", raw_string(&introspection)));
        },
        "};",
    );
}

/// A command in the list of all of them.
fn listed(w: &mut Writer, runtime: &str, definition: &Definition) {
    if let Kind::Command(command) = &definition.kind {
        w.enclosed(
            format_args!("{runtime}::SchemaCommand {{"),
            |w| {
                w.line(format_args!("name: \"{}\",", definition.name));
                w.line(format_args!("allow_oob: {},", command.allow_oob));
            },
            "},",
        );
    }
}

/// A string literal of any text.
fn raw_string(text: &str) -> String {
    let mut marks = String::from("#");
    while text.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("r{marks}\"{text}\"{marks}")
}

fn module(
    w: &mut Writer,
    head: &str,
    options: &Options,
    body: impl FnOnce(&mut Writer) -> Result<(), SchemaError>,
) -> Result<(), SchemaError> {
    let mut result = Ok(());
    ALLOW.lines().for_each(|line| w.line(line));
    w.block(head, |w| {
        w.line(format_args!("use {} as rt;", options.runtime));
        result = body(w);
    });
    result
}

/// The definitions of one of the modules.
fn each(w: &mut Writer, schema: &Schema, plan: &Plan<'_>, wanted: fn(&Kind) -> bool) -> Result<(), SchemaError> {
    schema.definitions.values().filter(|it| wanted(&it.kind)).try_for_each(|it| definition(w, plan, it))
}

fn is_command(kind: &Kind) -> bool {
    matches!(kind, Kind::Command(_))
}

fn is_event(kind: &Kind) -> bool {
    matches!(kind, Kind::Event(_))
}

fn is_type(kind: &Kind) -> bool {
    !is_command(kind) && !is_event(kind)
}

fn definition<'s>(w: &mut Writer, plan: &Plan<'s>, definition: &'s Definition) -> Result<(), SchemaError> {
    match &definition.kind {
        Kind::Enum(enumeration) => values::enumeration(w, plan, definition, enumeration),
        Kind::Alternate(alternate) => values::alternate(w, plan, definition, alternate)?,
        Kind::Union(of) => union::union(w, plan, definition, of)?,
        Kind::Struct(_) => {
            let fields = plan.fields(Site::Type(&definition.name), definition);
            w.blank();
            w.doc(&docs::of_definition(definition));
            object::derive(w, plan, &fields);
            object::declaration(w, plan.name(definition), &fields);
            object::of_fields(w, plan, plan.name(definition), &fields);
        }
        Kind::Command(command) => message::command(w, plan, definition, command)?,
        Kind::Event(event) => message::event(w, plan, definition, event)?,
    }
    Ok(())
}
