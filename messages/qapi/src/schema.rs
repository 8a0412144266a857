//! A schema that was checked: what commands, events and types there are, every name resolved.
//!
//! Definitions are in the order in which introspection visits them: file by file in the order in which files were
//! first included, within a file as they stand.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::condition::Condition;
use crate::doc::{Doc, FreeForm};
use crate::source::Location;

/// All definitions of a schema.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Commands, events and types by name, in order. Names are unique over all three: events are upper case, commands
    /// lower case, types have an upper case first letter.
    pub definitions: IndexMap<String, Definition>,
    /// Comments that document no definition, each with the number of definitions that stand before it.
    pub free_form: Vec<FreeFormAt>,
}

/// A free-form comment and its place.
#[derive(Debug, Clone)]
pub struct FreeFormAt {
    /// How many of [`Schema::definitions`] come before it.
    pub before: usize,
    /// The comment.
    pub text: FreeForm,
}

/// A command, an event or a type.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name on the wire.
    pub name: String,
    /// Where it is defined: its first line.
    pub location: Location,
    /// When it exists.
    pub condition: Condition,
    /// Its features.
    pub features: Vec<Feature>,
    /// Its documentation comment.
    pub doc: Option<Doc>,
    /// What it is.
    pub kind: Kind,
}

/// What a definition is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `enum`
    Enum(Enum),
    /// `struct`
    Struct(Struct),
    /// `union`
    Union(Union),
    /// `alternate`
    Alternate(Alternate),
    /// `command`
    Command(Command),
    /// `event`
    Event(Event),
}

/// A property that clients can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// `deprecated`, `unstable`, or a name of the schema's own.
    pub name: String,
    /// When it exists.
    pub condition: Condition,
}

/// `enum`.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The values in order.
    pub values: Vec<EnumValue>,
}

/// A value of an enum.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// Its name on the wire.
    pub name: String,
    /// When it exists.
    pub condition: Condition,
    /// Its features.
    pub features: Vec<Feature>,
}

/// `struct`.
#[derive(Debug, Clone)]
pub struct Struct {
    /// The name of the struct whose members come first.
    pub base: Option<String>,
    /// Its own members in order.
    pub members: Vec<Member>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name on the wire, without the `*` of optional ones.
    pub name: String,
    /// Its type.
    pub type_ref: TypeRef,
    /// Whether it may be left out.
    pub optional: bool,
    /// When it exists.
    pub condition: Condition,
    /// Its features.
    pub features: Vec<Feature>,
}

/// `union`: base members, of which one, the discriminator, says what further members there are.
#[derive(Debug, Clone)]
pub struct Union {
    /// The members that are always there.
    pub base: Base,
    /// The name of the one that decides; an enum, not optional.
    pub discriminator: String,
    /// What comes with a value of the discriminator, in order; values without a branch add nothing.
    pub branches: Vec<Branch>,
}

/// The members that a union always has.
#[derive(Debug, Clone)]
pub enum Base {
    /// Those of a struct.
    Named(String),
    /// Those written down here.
    Inline(Vec<Member>),
}

/// A branch of a union or an alternate.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Of a union: the discriminator's value. Of an alternate: a name for the schema alone.
    pub name: String,
    /// Of a union: a struct or union whose members are added. Of an alternate: any type.
    pub type_ref: TypeRef,
    /// When it exists.
    pub condition: Condition,
}

/// `alternate`: a value of one of several types, told apart by its JSON type.
#[derive(Debug, Clone)]
pub struct Alternate {
    /// The types.
    pub branches: Vec<Branch>,
}

/// The arguments of a command or the data of an event.
#[derive(Debug, Clone)]
pub enum Payload {
    /// None.
    Empty,
    /// Members written down here.
    Inline(Vec<Member>),
    /// The members of a struct, or with `boxed` of a union or struct as one value.
    Named {
        /// Its name.
        name: String,
        /// Whether the handler takes it as one value.
        boxed: bool,
    },
}

/// `command`.
#[derive(Debug, Clone)]
pub struct Command {
    /// Its arguments.
    pub arguments: Payload,
    /// What it returns; `None` is the empty object.
    pub returns: Option<TypeRef>,
    /// Whether code is generated that takes arguments apart (`gen`).
    pub generated: bool,
    /// Whether success is answered at all (`success-response`).
    pub success_response: bool,
    /// Whether it may run out-of-band (`allow-oob`).
    pub allow_oob: bool,
    /// Whether it may run before the machine is built (`allow-preconfig`).
    pub allow_preconfig: bool,
    /// Whether its handler may yield (`coroutine`).
    pub coroutine: bool,
}

/// `event`.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its data.
    pub data: Payload,
}

/// A use of a type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// A type of the language.
    Builtin(Builtin),
    /// A type of the schema.
    Named(String),
    /// An array; never of arrays.
    Array(Box<TypeRef>),
}

/// The types of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named as in the language")]
pub enum Builtin {
    Str,
    Number,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    /// `uint64`, which on a command line takes suffixes.
    Size,
    Bool,
    Any,
    Null,
    /// The built-in enum of JSON types.
    QType,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Str,
        Self::Number,
        Self::Int,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Uint64,
        Self::Size,
        Self::Bool,
        Self::Any,
        Self::Null,
        Self::QType,
    ];

    /// Its name in a schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Number => "number",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Size => "size",
            Self::Bool => "bool",
            Self::Any => "any",
            Self::Null => "null",
            Self::QType => "QType",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|builtin| builtin.name() == name)
    }
}

/// The values of [`Builtin::QType`].
pub const QTYPE_VALUES: [&str; 7] = ["none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool"];

impl Schema {
    /// The definition of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(name)
    }

    /// The members of a struct, its bases' first.
    #[must_use]
    pub fn struct_members<'s>(&'s self, structure: &'s Struct) -> Vec<&'s Member> {
        self.with_bases(&structure.members, structure.base.as_deref())
    }

    /// The members that a value of a union always has.
    #[must_use]
    pub fn base_members<'s>(&'s self, union: &'s Union) -> Vec<&'s Member> {
        let (own, base) = level_of_union(union);
        self.with_bases(own, base)
    }

    /// The members that a value of the struct or union of this name always has; none for other names.
    #[must_use]
    pub fn members_of(&self, name: &str) -> Vec<&Member> {
        let known = self.definitions.get_key_value(name);
        known.map_or_else(Vec::new, |(name, _)| self.with_bases(&[], Some(name)))
    }

    /// The values of a union's discriminator that have no branch, and when they exist: they add no members.
    #[must_use]
    pub fn values_without_branch<'s>(&'s self, union: &'s Union) -> Vec<(&'s str, &'s Condition)> {
        let branches: HashSet<&str> = union.branches.iter().map(|branch| branch.name.as_str()).collect();
        let discriminator = self.base_members(union).into_iter().find(|member| member.name == union.discriminator);
        let mut values = match discriminator.map(|member| &member.type_ref) {
            Some(TypeRef::Builtin(Builtin::QType)) => QTYPE_VALUES.map(|value| (value, &Condition::Always)).to_vec(),
            Some(TypeRef::Named(name)) => self.values_of(name),
            Some(TypeRef::Builtin(_) | TypeRef::Array(_)) | None => Vec::new(),
        };
        values.retain(|(value, _)| !branches.contains(value));
        values
    }

    fn values_of(&self, name: &str) -> Vec<(&str, &Condition)> {
        match self.get(name).map(|definition| &definition.kind) {
            Some(Kind::Enum(enumeration)) => {
                enumeration.values.iter().map(|value| (value.name.as_str(), &value.condition)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Members, behind those of the base and its bases. No recursion: chains may be long.
    fn with_bases<'s>(&'s self, own: &'s [Member], mut base: Option<&'s str>) -> Vec<&'s Member> {
        let mut levels = vec![own];
        while let Some(name) = base {
            let (members, next) = match self.get(name).map(|definition| &definition.kind) {
                Some(Kind::Struct(structure)) => (structure.members.as_slice(), structure.base.as_deref()),
                Some(Kind::Union(union)) => level_of_union(union),
                _ => break,
            };
            levels.push(members);
            base = next;
        }
        levels.into_iter().rev().flatten().collect()
    }
}

/// The members that a union writes down itself, and the name of its base.
fn level_of_union(union: &Union) -> (&[Member], Option<&str>) {
    match &union.base {
        Base::Named(name) => (&[], Some(name)),
        Base::Inline(members) => (members, None),
    }
}
