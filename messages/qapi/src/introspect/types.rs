//! Which types were used so far, and what each is called in the answer.

use indexmap::IndexMap;

use crate::condition::Condition;
use crate::schema::{Builtin, Definition, Member, Schema, TypeRef};

/// A type as introspection tells types apart: less than the schema does for integers, more for arguments.
#[derive(Debug, Clone)]
pub(super) enum Used<'s> {
    /// Any of the integer types.
    Integer,
    /// Another built-in type.
    Scalar { name: &'static str, json_type: &'static str },
    /// The built-in enum, which is treated like the schema's.
    QType,
    /// A type of the schema.
    Named(&'s str),
    /// The arguments or data written down at a command or event.
    Arguments { owner: &'s Definition, members: &'s [Member] },
    /// The object type without members.
    Empty,
    /// An array.
    Array(Box<Used<'s>>),
}

impl<'s> Used<'s> {
    pub(super) fn of(type_ref: &'s TypeRef) -> Self {
        match type_ref {
            TypeRef::Builtin(builtin) => Self::of_builtin(*builtin),
            TypeRef::Named(name) => Self::Named(name),
            TypeRef::Array(element) => Self::Array(Box::new(Self::of(element))),
        }
    }

    fn of_builtin(builtin: Builtin) -> Self {
        let name = builtin.name();
        match builtin {
            Builtin::Str => Self::Scalar { name, json_type: "string" },
            Builtin::Number => Self::Scalar { name, json_type: "number" },
            Builtin::Bool => Self::Scalar { name, json_type: "boolean" },
            Builtin::Any => Self::Scalar { name, json_type: "value" },
            Builtin::Null => Self::Scalar { name, json_type: "null" },
            Builtin::QType => Self::QType,
            Builtin::Int
            | Builtin::Int8
            | Builtin::Int16
            | Builtin::Int32
            | Builtin::Int64
            | Builtin::Uint8
            | Builtin::Uint16
            | Builtin::Uint32
            | Builtin::Uint64
            | Builtin::Size => Self::Integer,
        }
    }

    /// The condition of a type is that of its definition; of an array that of its elements.
    pub(super) fn condition(&self, schema: &'s Schema) -> &'s Condition {
        match self {
            Self::Integer | Self::Scalar { .. } | Self::QType | Self::Empty => &Condition::Always,
            Self::Named(name) => schema.get(name).map_or(&Condition::Always, |definition| &definition.condition),
            Self::Arguments { owner, .. } => &owner.condition,
            Self::Array(element) => element.condition(schema),
        }
    }

    /// What makes it the same type as another; no two kinds can meet, as the schema reserves `q_` and has no brackets.
    fn identity(&self) -> String {
        match self {
            Self::Integer => "int".to_owned(),
            Self::Scalar { name, .. } => (*name).to_owned(),
            Self::QType => Builtin::QType.name().to_owned(),
            Self::Named(name) => (*name).to_owned(),
            Self::Arguments { owner, .. } => format!("q_obj_{}-arg", owner.name),
            Self::Empty => "q_empty".to_owned(),
            Self::Array(element) => format!("[{}]", element.identity()),
        }
    }
}

/// The types used so far, in order of first use.
#[derive(Default)]
pub(super) struct Types<'s> {
    used: IndexMap<String, Slot<'s>>,
    numbered: usize,
}

struct Slot<'s> {
    name: String,
    used: Used<'s>,
}

impl<'s> Types<'s> {
    /// The name of a type; the first call makes it used.
    pub(super) fn name(&mut self, used: Used<'s>) -> String {
        let identity = used.identity();
        if let Some(slot) = self.used.get(&identity) {
            return slot.name.clone();
        }
        // The array takes its place before its elements take theirs, its name can only be told after.
        let (place, _) = self.used.insert_full(identity, Slot { name: String::new(), used: used.clone() });
        let name = match used {
            Used::Integer => "int".to_owned(),
            Used::Scalar { name, .. } => name.to_owned(),
            Used::Array(element) => format!("[{}]", self.name(*element)),
            Used::QType | Used::Named(_) | Used::Arguments { .. } | Used::Empty => self.next_number(),
        };
        self.used[place].name.clone_from(&name);
        name
    }

    /// The type used first, second…, and its name.
    pub(super) fn used_at(&self, place: usize) -> Option<(String, Used<'s>)> {
        self.used.get_index(place).map(|(_, slot)| (slot.name.clone(), slot.used.clone()))
    }

    fn next_number(&mut self) -> String {
        let number = self.numbered;
        self.numbered += 1;
        number.to_string()
    }
}
