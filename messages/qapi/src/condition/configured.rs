//! A schema without what its conditions leave out.

use std::collections::HashSet;

use crate::condition::{Condition, Defines};
use crate::doc::DocItem;
use crate::resolve::documentation::Documentable;
use crate::schema::{
    Alternate, Base, Branch, Command, Definition, Enum, EnumValue, Event, Feature, FreeFormAt, Kind, Member, Payload,
    Schema, Struct, TypeRef, Union,
};
use crate::source::SchemaError;

impl Schema {
    /// The schema where these names are defined and no others: what does not exist there is gone, with its
    /// documentation, and what is left always exists.
    ///
    /// # Errors
    /// Something that is left needs something that is gone.
    pub fn configured(&self, defines: &Defines) -> Result<Self, SchemaError> {
        let configuration = Configuration { schema: self, defines };
        // How many definitions are left of those before each place of the old order.
        let mut left_before = Vec::with_capacity(self.definitions.len() + 1);
        let mut definitions = indexmap::IndexMap::with_capacity(self.definitions.len());
        for (name, definition) in &self.definitions {
            left_before.push(definitions.len());
            if definition.condition.holds(defines) {
                let left = configuration.definition(definition);
                configuration.check_uses(&left)?;
                definitions.insert(name.clone(), left);
            }
        }
        left_before.push(definitions.len());
        let schema = Self { free_form: moved(&self.free_form, &left_before), definitions };
        schema.definitions.values().try_for_each(|definition| schema.check_branch_names(definition))?;
        Ok(schema)
    }

    /// Fails for a branch whose value of the discriminator is gone: nobody could choose it.
    fn check_branch_names(&self, definition: &Definition) -> Result<(), SchemaError> {
        let Kind::Union(union) = &definition.kind else {
            return Ok(());
        };
        let discriminator = self.base_members(union).into_iter().find(|member| member.name == union.discriminator);
        let Some(TypeRef::Named(name)) = discriminator.map(|member| &member.type_ref) else {
            return Ok(());
        };
        let Some(Kind::Enum(enumeration)) = self.get(name).map(|definition| &definition.kind) else {
            return Ok(());
        };
        let values: HashSet<&str> = enumeration.values.iter().map(|value| value.name.as_str()).collect();
        match union.branches.iter().find(|branch| !values.contains(branch.name.as_str())) {
            Some(Branch { name: branch, .. }) => Err(definition.error(format!(
                "branch '{branch}' is for a value of enum type '{name}' that the configuration leaves out"
            ))),
            None => Ok(()),
        }
    }
}

fn moved(comments: &[FreeFormAt], left_before: &[usize]) -> Vec<FreeFormAt> {
    let place = |before: usize| left_before.get(before).or(left_before.last()).copied().unwrap_or_default();
    comments.iter().map(|at| FreeFormAt { before: place(at.before), text: at.text.clone() }).collect()
}

/// A schema and what decides its conditions.
struct Configuration<'s> {
    schema: &'s Schema,
    defines: &'s Defines,
}

impl Configuration<'_> {
    /// What is left of a definition.
    fn definition(&self, old: &Definition) -> Definition {
        let mut new = Definition {
            condition: Condition::Always,
            features: self.features(&old.features),
            kind: self.kind(&old.kind),
            ..old.clone()
        };
        if let Some(doc) = &mut new.doc {
            let left = Documentable::of(&new.features, &new.kind);
            retain(&mut doc.members, left.members());
            retain(&mut doc.features, left.features());
        }
        new
    }

    fn kind(&self, kind: &Kind) -> Kind {
        match kind {
            Kind::Enum(old) => Kind::Enum(Enum { values: self.values(&old.values) }),
            Kind::Struct(old) => Kind::Struct(Struct { base: old.base.clone(), members: self.members(&old.members) }),
            Kind::Union(old) => Kind::Union(Union {
                base: match &old.base {
                    Base::Named(name) => Base::Named(name.clone()),
                    Base::Inline(members) => Base::Inline(self.members(members)),
                },
                discriminator: old.discriminator.clone(),
                branches: self.branches(&old.branches),
            }),
            Kind::Alternate(old) => Kind::Alternate(Alternate { branches: self.branches(&old.branches) }),
            Kind::Command(old) => Kind::Command(Command { arguments: self.payload(&old.arguments), ..old.clone() }),
            Kind::Event(old) => Kind::Event(Event { data: self.payload(&old.data) }),
        }
    }

    fn payload(&self, payload: &Payload) -> Payload {
        match payload {
            Payload::Inline(members) => match self.members(members) {
                left if left.is_empty() => Payload::Empty,
                left => Payload::Inline(left),
            },
            Payload::Empty | Payload::Named { .. } => payload.clone(),
        }
    }

    fn members(&self, members: &[Member]) -> Vec<Member> {
        let exists = |member: &&Member| member.condition.holds(self.defines);
        let left = |member: &Member| Member {
            condition: Condition::Always,
            features: self.features(&member.features),
            ..member.clone()
        };
        members.iter().filter(exists).map(left).collect()
    }

    fn values(&self, values: &[EnumValue]) -> Vec<EnumValue> {
        let exists = |value: &&EnumValue| value.condition.holds(self.defines);
        let left = |value: &EnumValue| EnumValue {
            name: value.name.clone(),
            condition: Condition::Always,
            features: self.features(&value.features),
        };
        values.iter().filter(exists).map(left).collect()
    }

    fn branches(&self, branches: &[Branch]) -> Vec<Branch> {
        let exists = |branch: &&Branch| branch.condition.holds(self.defines);
        let left = |branch: &Branch| Branch { condition: Condition::Always, ..branch.clone() };
        branches.iter().filter(exists).map(left).collect()
    }

    fn features(&self, features: &[Feature]) -> Vec<Feature> {
        let exists = |feature: &&Feature| feature.condition.holds(self.defines);
        let left = |feature: &Feature| Feature { name: feature.name.clone(), condition: Condition::Always };
        features.iter().filter(exists).map(left).collect()
    }

    /// Fails if something that is left uses a type that is gone.
    fn check_uses(&self, left: &Definition) -> Result<(), SchemaError> {
        for name in uses(&left.kind) {
            match self.schema.get(name) {
                Some(used) if !used.condition.holds(self.defines) => {
                    let message = format!(
                        "uses type '{name}', which the configuration leaves out (its condition is {})",
                        used.condition
                    );
                    return Err(left.error(message));
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}

fn retain<'n>(items: &mut Vec<DocItem>, names: impl IntoIterator<Item = &'n str>) {
    let names: HashSet<&str> = names.into_iter().collect();
    items.retain(|item| names.contains(item.name.as_str()));
}

/// The names of the schema's types that a definition uses.
fn uses(kind: &Kind) -> Vec<&str> {
    match kind {
        Kind::Enum(_) => Vec::new(),
        Kind::Struct(structure) => {
            structure.base.as_deref().into_iter().chain(of_members(&structure.members)).collect()
        }
        Kind::Union(union) => {
            let mut names: Vec<&str> = match &union.base {
                Base::Named(name) => vec![name],
                Base::Inline(members) => of_members(members).collect(),
            };
            names.extend(of_branches(&union.branches));
            names
        }
        Kind::Alternate(alternate) => of_branches(&alternate.branches).collect(),
        Kind::Command(command) => {
            let returns = command.returns.as_ref().and_then(used_name);
            of_payload(&command.arguments).into_iter().chain(returns).collect()
        }
        Kind::Event(event) => of_payload(&event.data),
    }
}

fn of_payload(payload: &Payload) -> Vec<&str> {
    match payload {
        Payload::Empty => Vec::new(),
        Payload::Inline(members) => of_members(members).collect(),
        Payload::Named { name, .. } => vec![name],
    }
}

fn of_members(members: &[Member]) -> impl Iterator<Item = &str> {
    members.iter().filter_map(|member| used_name(&member.type_ref))
}

fn of_branches(branches: &[Branch]) -> impl Iterator<Item = &str> {
    branches.iter().filter_map(|branch| used_name(&branch.type_ref))
}

/// The name of the type of the schema that is used, be it in an array.
fn used_name(mut type_ref: &TypeRef) -> Option<&str> {
    loop {
        match type_ref {
            TypeRef::Builtin(_) => return None,
            TypeRef::Named(name) => return Some(name),
            TypeRef::Array(element) => type_ref = element,
        }
    }
}
