//! Marks on definitions, members and values: deprecated, unstable, conditions.

use super::links::Links;
use crate::condition::Condition;
use crate::doc::Tag;
use crate::schema::{Definition, Feature, Kind};

/// The line below a definition's heading: what it is, and what is special about it.
pub(super) fn of_definition(definition: &Definition, links: &Links<'_>) -> String {
    let mut marks = vec![format!("*{}*", kind(&definition.kind))];
    if let Some(since) = definition.doc.as_ref().and_then(|doc| doc.section(Tag::Since)) {
        marks.push(format!("since {}", super::inline::convert(since.trim(), links)));
    }
    if let Kind::Command(command) = &definition.kind {
        marks.extend(command.allow_oob.then(|| "may run out-of-band (`allow-oob`)".to_owned()));
        marks.extend(
            command.allow_preconfig.then(|| "may run before the machine is built (`allow-preconfig`)".to_owned()),
        );
        marks.extend((!command.success_response).then(|| "no response on success".to_owned()));
    }
    marks.extend(special_features(&definition.features));
    marks.extend(condition(&definition.condition));
    marks.join(" · ")
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Command(_) => "Command",
        Kind::Event(_) => "Event",
        Kind::Enum(_) => "Enum",
        Kind::Struct(_) => "Struct",
        Kind::Union(_) => "Union",
        Kind::Alternate(_) => "Alternate",
    }
}

/// The features that all schemas have in common.
fn special_features(features: &[Feature]) -> impl Iterator<Item = String> {
    features.iter().filter(|feature| is_special(feature)).map(|feature| format!("**{}**", feature.name))
}

/// A feature of a member or a value, which has no list of its own.
pub(super) fn feature_of_part(feature: &Feature) -> String {
    let name = match is_special(feature) {
        true => format!("**{}**", feature.name),
        false => format!("feature `{}`", feature.name),
    };
    condition(&feature.condition).map_or(name.clone(), |condition| format!("{name} {condition}"))
}

fn is_special(feature: &Feature) -> bool {
    matches!(feature.name.as_str(), "deprecated" | "unstable")
}

/// A condition that is not decided.
pub(super) fn condition(condition: &Condition) -> Option<String> {
    match condition {
        Condition::Always => None,
        Condition::Defined(_) | Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
            Some(format!("if {}", formula(condition)))
        }
    }
}

fn formula(condition: &Condition) -> String {
    match condition {
        Condition::Always => "always".to_owned(),
        Condition::Defined(name) => format!("`{name}`"),
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(part) => format!("not {}", operand(part)),
    }
}

fn joined(parts: &[Condition], word: &str) -> String {
    match parts {
        [part] => formula(part),
        parts => parts.iter().map(operand).collect::<Vec<_>>().join(word),
    }
}

fn operand(condition: &Condition) -> String {
    match condition {
        Condition::Always | Condition::Defined(_) | Condition::Not(_) => formula(condition),
        Condition::All(_) | Condition::Any(_) => format!("({})", formula(condition)),
    }
}
