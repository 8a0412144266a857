//! What is decided before anything is written: names, boxes, derives.

use std::collections::HashMap;

use super::contents::{self, Inherited};
use super::derives::Derives;
use super::names::{Namespace, camel_case, snake_case};
use super::recursion::{Boxes, boxes};
use crate::schema::{Builtin, Definition, Kind, Member, Schema, TypeRef};

/// Names of the standard library that generated code uses, with their paths for schemas that have such names too.
const STANDARD: [(&str, &str); 7] = [
    ("Box", "::std::boxed::Box"),
    ("Err", "::std::result::Result::Err"),
    ("Ok", "::std::result::Result::Ok"),
    ("Option", "::std::option::Option"),
    ("Result", "::std::result::Result"),
    ("String", "::std::string::String"),
    ("Vec", "::std::vec::Vec"),
];

/// Where in the generated code a type is named.
#[derive(Debug, Clone, Copy)]
pub(super) enum Site<'s> {
    /// In the type of this name.
    Type(&'s str),
    /// In a command or an event, which have modules of their own.
    Message,
}

/// A member as a field.
#[derive(Debug)]
pub(super) struct Field<'s> {
    pub(super) inherited: Inherited<'s>,
    /// The field's name.
    pub(super) name: String,
    /// The variable that holds its value until all are there, which is not `members`.
    pub(super) local: String,
    /// Its type.
    pub(super) type_text: String,
}

impl Field<'_> {
    pub(super) fn member(&self) -> &Member {
        self.inherited.member
    }
}

/// The decisions.
#[derive(Debug)]
pub(super) struct Plan<'s> {
    pub(super) schema: &'s Schema,
    pub(super) derives: Derives<'s>,
    boxes: Boxes<'s>,
    /// Rust's names of definitions.
    names: HashMap<&'s str, String>,
    /// The names of enums of branches, by union.
    branch_names: HashMap<&'s str, String>,
    types: Namespace,
    commands: Namespace,
    events: Namespace,
}

impl<'s> Plan<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let mut plan = Self {
            schema,
            derives: Derives::new(schema),
            boxes: boxes(schema),
            names: HashMap::new(),
            branch_names: HashMap::new(),
            types: Namespace::default(),
            commands: Namespace::default(),
            events: Namespace::default(),
        };
        for (name, definition) in &schema.definitions {
            let namespace = match definition.kind {
                Kind::Command(_) => &mut plan.commands,
                Kind::Event(_) => &mut plan.events,
                Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => &mut plan.types,
            };
            plan.names.insert(name, namespace.claim(camel_case(name)));
        }
        for (name, definition) in &schema.definitions {
            if matches!(definition.kind, Kind::Union(_)) {
                let wanted = format!("{}Branch", plan.names[name.as_str()]);
                plan.branch_names.insert(name, plan.types.claim(wanted));
            }
        }
        plan
    }

    /// Rust's name of a definition, within its module.
    pub(super) fn name(&self, definition: &Definition) -> &str {
        self.names.get(definition.name.as_str()).map_or("", String::as_str)
    }

    /// The name of the enum of a union's branches.
    pub(super) fn branch_name(&self, definition: &Definition) -> &str {
        self.branch_names.get(definition.name.as_str()).map_or("", String::as_str)
    }

    /// A name of the standard library: by itself, unless the schema makes it mean something else.
    pub(super) fn standard(&self, name: &'static str) -> &'static str {
        let taken = [&self.types, &self.commands, &self.events].iter().any(|namespace| namespace.has(name));
        let path = STANDARD.iter().find(|(known, _)| taken && *known == name);
        path.map_or(name, |(_, path)| path)
    }

    /// A type as a value's.
    pub(super) fn type_text(&self, site: Site<'_>, type_ref: &TypeRef) -> String {
        match type_ref {
            TypeRef::Builtin(builtin) => self.builtin(*builtin).to_owned(),
            TypeRef::Array(item) => {
                format!("{}<{}>", self.standard("Vec"), self.unboxed(site, item))
            }
            TypeRef::Named(_) if self.is_boxed(site, type_ref) => {
                format!("{}<{}>", self.standard("Box"), self.unboxed(site, type_ref))
            }
            TypeRef::Named(_) => self.unboxed(site, type_ref),
        }
    }

    fn unboxed(&self, site: Site<'_>, type_ref: &TypeRef) -> String {
        let TypeRef::Named(name) = type_ref else { return self.type_text(site, type_ref) };
        let name = self.names.get(name.as_str()).map_or("", String::as_str);
        match site {
            Site::Type(_) => name.to_owned(),
            Site::Message => format!("super::{name}"),
        }
    }

    /// Whether a value of this type is in a box there.
    pub(super) fn is_boxed(&self, site: Site<'_>, type_ref: &TypeRef) -> bool {
        match (site, type_ref) {
            (Site::Type(owner), TypeRef::Named(name)) => self.boxes.contains(&(owner, name.as_str())),
            (Site::Type(_), TypeRef::Builtin(_) | TypeRef::Array(_)) | (Site::Message, _) => false,
        }
    }

    fn builtin(&self, builtin: Builtin) -> &'static str {
        match builtin {
            Builtin::Str => self.standard("String"),
            Builtin::Number => "f64",
            Builtin::Int | Builtin::Int64 => "i64",
            Builtin::Int8 => "i8",
            Builtin::Int16 => "i16",
            Builtin::Int32 => "i32",
            Builtin::Uint8 => "u8",
            Builtin::Uint16 => "u16",
            Builtin::Uint32 => "u32",
            Builtin::Uint64 | Builtin::Size => "u64",
            Builtin::Bool => "bool",
            Builtin::Any => "rt::Value",
            Builtin::Null => "()",
            Builtin::QType => "rt::QType",
        }
    }

    /// The members of an object, its bases' first, as fields.
    pub(super) fn fields(&self, site: Site<'_>, definition: &'s Definition) -> Vec<Field<'s>> {
        let (mut taken, mut locals) = (Namespace::default(), Namespace::default());
        locals.claim("members".to_owned());
        let field = |inherited: Inherited<'s>| {
            let member = inherited.member;
            let value = self.type_text(site, &member.type_ref);
            let type_text = if member.optional { format!("{}<{value}>", self.standard("Option")) } else { value };
            let name = taken.claim(snake_case(&member.name));
            Field { inherited, local: locals.claim(name.clone()), name, type_text }
        };
        contents::members(self.schema, definition).into_iter().map(field).collect()
    }

    /// The values of an enum with the names of their variants; `None` if the type is no enum.
    pub(super) fn variants(&self, type_ref: &TypeRef) -> Option<Vec<(&'s str, String)>> {
        let mut taken = Namespace::default();
        let values = contents::enum_values(self.schema, type_ref)?;
        Some(values.into_iter().map(|value| (value, taken.claim(camel_case(value)))).collect())
    }
}
