//! Documentation comments against what they document.

use std::collections::HashSet;

use crate::doc::{Doc, DocItem};
use crate::parse::Pragma;
use crate::schema::{Base, Branch, Definition, EnumValue, Feature, Kind, Member, Payload};
use crate::source::SchemaError;

/// What a comment on a definition may describe.
pub(crate) struct Documentable<'d> {
    /// What members are called.
    noun: &'static str,
    /// The features of the definition itself.
    own_features: &'d [Feature],
    /// The members, values or branches that the definition writes down itself, with their features.
    ///
    /// A union's branches aren't among them: they are values of an enum, which describes them.
    members: Vec<(&'d str, &'d [Feature])>,
}

impl<'d> Documentable<'d> {
    pub(crate) fn of(own_features: &'d [Feature], kind: &'d Kind) -> Self {
        let (noun, members) = match kind {
            Kind::Enum(enumeration) => ("value", of_values(&enumeration.values)),
            Kind::Struct(structure) => ("member", of_members(&structure.members)),
            Kind::Union(union) => match &union.base {
                Base::Named(_) => ("member", Vec::new()),
                Base::Inline(members) => ("member", of_members(members)),
            },
            Kind::Alternate(alternate) => ("branch", of_branches(&alternate.branches)),
            Kind::Command(command) => ("member", of_payload(&command.arguments)),
            Kind::Event(event) => ("member", of_payload(&event.data)),
        };
        Self { noun, own_features, members }
    }

    /// The names of members.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'d str> {
        self.members.iter().map(|(name, _)| *name)
    }

    /// The names of features: a comment describes those of members together with those of the definition.
    pub(crate) fn features(&self) -> impl Iterator<Item = &'d str> {
        let of_members = self.members.iter().flat_map(|(_, features)| *features);
        self.own_features.iter().chain(of_members).map(|feature| feature.name.as_str())
    }
}

fn of_values(values: &[EnumValue]) -> Vec<(&str, &[Feature])> {
    values.iter().map(|value| (value.name.as_str(), value.features.as_slice())).collect()
}

fn of_members(members: &[Member]) -> Vec<(&str, &[Feature])> {
    members.iter().map(|member| (member.name.as_str(), member.features.as_slice())).collect()
}

fn of_branches(branches: &[Branch]) -> Vec<(&str, &[Feature])> {
    branches.iter().map(|branch| (branch.name.as_str(), [].as_slice())).collect()
}

fn of_payload(payload: &Payload) -> Vec<(&str, &[Feature])> {
    match payload {
        Payload::Inline(members) => of_members(members),
        Payload::Empty | Payload::Named { .. } => Vec::new(),
    }
}

/// Checks the comment of a definition.
pub(super) fn check(definition: &Definition, pragma: &Pragma) -> Result<(), SchemaError> {
    let Some(doc) = &definition.doc else {
        return Ok(());
    };
    let documentable = Documentable::of(&definition.features, &definition.kind);
    check_completeness(definition, doc, &documentable, requirement(definition, pragma))?;
    check_existence(doc, "member", &doc.members, documentable.members())?;
    check_existence(doc, "feature", &doc.features, documentable.features())
}

/// Whether members need a description; features always do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Requirement {
    Features,
    FeaturesAndMembers,
}

/// Schemas from before the exceptions were invented leave out members as they like; one that makes exceptions has the
/// rule.
fn requirement(definition: &Definition, pragma: &Pragma) -> Requirement {
    let exceptions = &pragma.documentation_exceptions;
    match exceptions.is_empty() || exceptions.contains(&definition.name) {
        true => Requirement::Features,
        false => Requirement::FeaturesAndMembers,
    }
}

fn check_completeness(
    definition: &Definition,
    doc: &Doc,
    documentable: &Documentable<'_>,
    requirement: Requirement,
) -> Result<(), SchemaError> {
    let lacking = |noun: &str, name: &str| Err(definition.error(format!("{noun} '{name}' lacks documentation")));
    let described_features = names(&doc.features);
    let undescribed = |features: &[Feature]| {
        features.iter().find(|feature| !described_features.contains(feature.name.as_str())).cloned()
    };
    if let Some(feature) = undescribed(documentable.own_features) {
        return lacking("feature", &feature.name);
    }
    let described_members = names(&doc.members);
    for (name, features) in &documentable.members {
        if requirement == Requirement::FeaturesAndMembers && !described_members.contains(name) {
            return lacking(documentable.noun, name);
        }
        if let Some(feature) = undescribed(features) {
            return lacking("feature", &feature.name);
        }
    }
    Ok(())
}

fn check_existence<'n>(
    doc: &Doc,
    noun: &str,
    items: &[DocItem],
    existing: impl Iterator<Item = &'n str>,
) -> Result<(), SchemaError> {
    let existing: HashSet<&str> = existing.collect();
    let bogus: Vec<&str> =
        items.iter().map(|item| item.name.as_str()).filter(|name| !existing.contains(name)).collect();
    let (plural, verb) = match bogus.len() {
        0 => return Ok(()),
        1 => ("", "does"),
        _ => ("s", "do"),
    };
    let quoted: Vec<String> = bogus.into_iter().map(|name| format!("'{name}'")).collect();
    let message = format!("documented {noun}{plural} {} {verb} not exist", quoted.join(", "));
    Err(SchemaError::new(&doc.location, message))
}

/// Adds the members that the comment leaves out.
pub(super) fn complete(definition: &mut Definition) {
    let Some(doc) = &mut definition.doc else {
        return;
    };
    let described = names(&doc.members);
    let location = &doc.location;
    let item = |name: &str| DocItem { name: name.to_owned(), text: String::new(), location: location.clone() };
    let documentable = Documentable::of(&definition.features, &definition.kind);
    let missing: Vec<DocItem> = documentable.members().filter(|name| !described.contains(name)).map(item).collect();
    doc.members.extend(missing);
}

fn names(items: &[DocItem]) -> HashSet<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}
