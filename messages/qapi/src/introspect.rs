//! The answer to `query-qmp-schema`: what commands and events there are, and the types they use.
//!
//! ```text
//! commands, events ──use──► types ──use──► types …
//! in order of definition    in order of first use, each visited once
//! ```
//!
//! What QEMU does, and what is done here:
//! - Entries of all commands and events come first, then the types; what none of them uses is left out.
//! - Types of the schema are called by numbers, given at first use, so that clients don't rely on names. Built-in
//!   types keep a name, all integers the same one; an array is called `[N]` by the name of its elements.
//! - An array is used before its elements are.
//! - Arguments written down at a command or event are an object type of their own, used in its place; where there are
//!   none, one empty object type serves all.
//! - Members of bases are members; a value of a discriminator without a branch has the empty object type.
//! - Features that are declared make a list, even when conditions leave none of them.
//! - Numbers are given before conditions are decided. So a client finds the same numbers in all builds of one schema,
//!   with gaps; see [`introspect_with`].
//!
//! Source: QEMU's developer document "How to use the QAPI code generator", section "Client JSON Protocol
//! introspection", and the answers of QEMU 7.2 where the document is silent.

pub mod entry;
mod types;

pub use self::entry::{Entry, Features, Info, ObjectMember, Value, Variant};

use self::types::{Types, Used};
use crate::condition::{Condition, Defines};
use crate::schema::{Alternate, Command, Definition, Enum, EnumValue, Event, Feature, Kind, Member, Payload};
use crate::schema::{QTYPE_VALUES, Schema, Struct, Union};

/// The entries of a schema whose conditions are decided. Where they are not, all of them hold.
#[must_use]
pub fn introspect(schema: &Schema) -> Vec<Entry> {
    Walk { schema, exists: &|_| true, types: Types::default() }.entries()
}

/// The entries as a QEMU built with these defines gives them.
///
/// Takes the schema with its conditions. Against [`introspect`] of the configured schema, numbers of types have gaps
/// where a condition took a type away, and a type stays that only commands used which are gone.
#[must_use]
pub fn introspect_with(schema: &Schema, defines: &Defines) -> Vec<Entry> {
    Walk { schema, exists: &|condition| condition.holds(defines), types: Types::default() }.entries()
}

/// The entries as JSON in one line: the value of the reply's `return`.
#[must_use]
pub fn to_json(entries: &[Entry]) -> String {
    array(entries).to_string()
}

/// The entries as JSON on many lines, for people.
#[must_use]
pub fn to_json_pretty(entries: &[Entry]) -> String {
    format!("{:#}", array(entries))
}

fn array(entries: &[Entry]) -> serde_json::Value {
    entries.iter().map(Entry::to_json).collect()
}

/// A pass over all that is used.
struct Walk<'s> {
    schema: &'s Schema,
    /// Whether what has this condition is shown. What is not shown uses its types all the same.
    exists: &'s dyn Fn(&Condition) -> bool,
    types: Types<'s>,
}

impl<'s> Walk<'s> {
    fn entries(mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for definition in self.schema.definitions.values() {
            if let Some(entry) = self.command_or_event(definition) {
                entries.extend(self.shown(&definition.condition, entry));
            }
        }
        let mut next = 0;
        while let Some((name, used)) = self.types.used_at(next) {
            if let Some(entry) = self.type_entry(name, used) {
                entries.push(entry);
            }
            next += 1;
        }
        entries
    }

    fn shown<T>(&self, condition: &Condition, what: T) -> Option<T> {
        (self.exists)(condition).then_some(what)
    }

    fn command_or_event(&mut self, definition: &'s Definition) -> Option<Entry> {
        let info = match &definition.kind {
            Kind::Command(command) => self.command(definition, command),
            Kind::Event(event) => self.event(definition, event),
            Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => return None,
        };
        Some(Entry { name: definition.name.clone(), features: self.features(&definition.features), info })
    }

    fn command(&mut self, definition: &'s Definition, command: &'s Command) -> Info {
        let arg_type = self.payload(definition, &command.arguments);
        let ret_type = self.types.name(command.returns.as_ref().map_or(Used::Empty, Used::of));
        Info::Command { arg_type, ret_type, allow_oob: command.allow_oob }
    }

    fn event(&mut self, definition: &'s Definition, event: &'s Event) -> Info {
        Info::Event { arg_type: self.payload(definition, &event.data) }
    }

    fn payload(&mut self, owner: &'s Definition, payload: &'s Payload) -> String {
        self.types.name(match payload {
            Payload::Empty => Used::Empty,
            Payload::Inline(members) if members.is_empty() => Used::Empty,
            Payload::Inline(members) => Used::Arguments { owner, members },
            Payload::Named { name, boxed: _ } => Used::Named(name),
        })
    }

    /// `None` for a type that its condition hides.
    fn type_entry(&mut self, name: String, used: Used<'s>) -> Option<Entry> {
        match used {
            Used::Integer => Some(Entry::builtin("int", "int")),
            Used::Scalar { name, json_type } => Some(Entry::builtin(name, json_type)),
            Used::QType => {
                let value = |name: &str| Value { name: name.to_owned(), features: None };
                let members = QTYPE_VALUES.into_iter().map(value).collect();
                Some(Entry { name, features: None, info: Info::Enum { members } })
            }
            Used::Empty => Some(Entry { name, features: None, info: Info::Object { members: Vec::new(), tag: None } }),
            Used::Array(element) => {
                let condition = element.condition(self.schema);
                let info = Info::Array { element_type: self.types.name(*element) };
                self.shown(condition, Entry { name, features: None, info })
            }
            Used::Arguments { owner, members } => {
                let info = Info::Object { members: self.members(members), tag: None };
                self.shown(&owner.condition, Entry { name, features: None, info })
            }
            Used::Named(type_name) => {
                let definition = self.schema.get(type_name)?;
                let info = self.definition(&definition.kind)?;
                let entry = Entry { name, features: self.features(&definition.features), info };
                self.shown(&definition.condition, entry)
            }
        }
    }

    /// `None` for what is no type.
    fn definition(&mut self, kind: &'s Kind) -> Option<Info> {
        match kind {
            Kind::Enum(enumeration) => Some(self.enumeration(enumeration)),
            Kind::Struct(structure) => Some(self.structure(structure)),
            Kind::Union(union) => Some(self.union(union)),
            Kind::Alternate(alternate) => Some(self.alternate(alternate)),
            Kind::Command(_) | Kind::Event(_) => None,
        }
    }

    fn enumeration(&self, enumeration: &Enum) -> Info {
        let shown = enumeration.values.iter().filter(|value| (self.exists)(&value.condition));
        let value = |value: &EnumValue| Value { name: value.name.clone(), features: self.features(&value.features) };
        Info::Enum { members: shown.map(value).collect() }
    }

    fn structure(&mut self, structure: &'s Struct) -> Info {
        Info::Object { members: self.members(self.schema.struct_members(structure)), tag: None }
    }

    fn union(&mut self, union: &'s Union) -> Info {
        let members = self.members(self.schema.base_members(union));
        let mut variants = Vec::new();
        for branch in &union.branches {
            let variant = Variant { case: branch.name.clone(), type_name: self.types.name(Used::of(&branch.type_ref)) };
            variants.extend(self.shown(&branch.condition, variant));
        }
        for (value, condition) in self.schema.values_without_branch(union) {
            let variant = Variant { case: value.to_owned(), type_name: self.types.name(Used::Empty) };
            variants.extend(self.shown(condition, variant));
        }
        Info::Object { members, tag: Some(entry::Tag { member: union.discriminator.clone(), variants }) }
    }

    fn alternate(&mut self, alternate: &'s Alternate) -> Info {
        let mut members = Vec::new();
        for branch in &alternate.branches {
            let type_name = self.types.name(Used::of(&branch.type_ref));
            members.extend(self.shown(&branch.condition, type_name));
        }
        Info::Alternate { members }
    }

    fn members(&mut self, members: impl IntoIterator<Item = &'s Member>) -> Vec<ObjectMember> {
        let mut shown = Vec::new();
        for member in members {
            let entry = ObjectMember {
                name: member.name.clone(),
                type_name: self.types.name(Used::of(&member.type_ref)),
                presence: if member.optional { entry::Presence::Optional } else { entry::Presence::Required },
                features: self.features(&member.features),
            };
            shown.extend(self.shown(&member.condition, entry));
        }
        shown
    }

    fn features(&self, features: &[Feature]) -> Features {
        let shown = features.iter().filter(|feature| (self.exists)(&feature.condition));
        (!features.is_empty()).then(|| shown.map(|feature| feature.name.clone()).collect())
    }
}
