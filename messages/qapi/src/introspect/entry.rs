//! An entry of the answer to `query-qmp-schema` (`SchemaInfo`), and its JSON.

use serde_json::{Map, Value as Json, json};

/// A command, an event or a type, as clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Of a command or event: its name. Of a type: a name that means nothing.
    pub name: String,
    /// Its features.
    pub features: Features,
    /// What it is.
    pub info: Info,
}

/// Names of features; `None` where none are declared. Where conditions take away all that are, a list without names.
pub type Features = Option<Vec<String>>;

/// What an entry is: its `meta-type`, and what comes with that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Info {
    /// A type of the language.
    Builtin {
        /// How its values are written: `string`, `number`, `int`, `boolean`, `null`, `value`.
        json_type: &'static str,
    },
    /// One of some strings.
    Enum {
        /// The strings.
        members: Vec<Value>,
    },
    /// An array.
    Array {
        /// The type of its elements.
        element_type: String,
    },
    /// A struct, a union or arguments.
    Object {
        /// The members that are always allowed.
        members: Vec<ObjectMember>,
        /// What more there is, of a union.
        tag: Option<Tag>,
    },
    /// One of some types.
    Alternate {
        /// The types.
        members: Vec<String>,
    },
    /// A command.
    Command {
        /// The type of its arguments.
        arg_type: String,
        /// The type of what it returns.
        ret_type: String,
        /// Whether it may run out-of-band.
        allow_oob: bool,
    },
    /// An event.
    Event {
        /// The type of its data.
        arg_type: String,
    },
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The string.
    pub name: String,
    /// Its features.
    pub features: Features,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMember {
    /// Its name.
    pub name: String,
    /// The name of its type's entry.
    pub type_name: String,
    /// Whether it may be left out.
    pub presence: Presence,
    /// Its features.
    pub features: Features,
}

/// Whether a member may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It may not.
    Required,
    /// It may. In JSON: a `default` of `null`, which says nothing of what happens then.
    Optional,
}

/// The variant part of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name of the member that decides.
    pub member: String,
    /// What comes with each of its values.
    pub variants: Vec<Variant>,
}

/// What comes with a value of the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The value.
    pub case: String,
    /// The name of the entry of the object type whose members are added.
    pub type_name: String,
}

impl Entry {
    pub(super) fn builtin(name: &str, json_type: &'static str) -> Self {
        Self { name: name.to_owned(), features: None, info: Info::Builtin { json_type } }
    }

    /// The entry as `SchemaInfo`.
    ///
    /// Members are put in by the order of their names: the text is the same whether or not a build of `serde_json`
    /// keeps order.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut members: Vec<(&str, Json)> = vec![("name", json!(self.name))];
        members.extend(self.features.as_deref().map(features));
        members.extend(self.info.to_json());
        members.sort_by_key(|(name, _)| *name);
        object(members)
    }
}

impl Info {
    fn to_json(&self) -> Vec<(&'static str, Json)> {
        match self {
            Self::Builtin { json_type } => vec![("meta-type", json!("builtin")), ("json-type", json!(json_type))],
            Self::Enum { members } => {
                let names: Json = members.iter().map(|value| value.name.as_str()).collect();
                let members: Json = members.iter().map(Value::to_json).collect();
                vec![("meta-type", json!("enum")), ("members", members), ("values", names)]
            }
            Self::Array { element_type } => vec![("meta-type", json!("array")), ("element-type", json!(element_type))],
            Self::Object { members, tag } => {
                let members: Json = members.iter().map(ObjectMember::to_json).collect();
                let mut json = vec![("meta-type", json!("object")), ("members", members)];
                json.extend(tag.iter().flat_map(Tag::to_json));
                json
            }
            Self::Alternate { members } => {
                let members: Json = members.iter().map(|name| json!({ "type": name })).collect();
                vec![("meta-type", json!("alternate")), ("members", members)]
            }
            Self::Command { arg_type, ret_type, allow_oob } => {
                let mut json = vec![("meta-type", json!("command"))];
                json.extend([("arg-type", json!(arg_type)), ("ret-type", json!(ret_type))]);
                json.extend(allow_oob.then_some(("allow-oob", json!(true))));
                json
            }
            Self::Event { arg_type } => vec![("meta-type", json!("event")), ("arg-type", json!(arg_type))],
        }
    }
}

impl Value {
    fn to_json(&self) -> Json {
        object(self.features.as_deref().map(features).into_iter().chain([("name", json!(self.name))]))
    }
}

impl ObjectMember {
    fn to_json(&self) -> Json {
        let default = match self.presence {
            Presence::Required => None,
            Presence::Optional => Some(("default", Json::Null)),
        };
        let named = [("name", json!(self.name)), ("type", json!(self.type_name))];
        object(default.into_iter().chain(self.features.as_deref().map(features)).chain(named))
    }
}

impl Tag {
    fn to_json(&self) -> [(&'static str, Json); 2] {
        let variant = |variant: &Variant| json!({ "case": variant.case, "type": variant.type_name });
        [("tag", json!(self.member)), ("variants", self.variants.iter().map(variant).collect())]
    }
}

fn features(names: &[String]) -> (&'static str, Json) {
    ("features", json!(names))
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
