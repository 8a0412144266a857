//! Lists of arguments, members, values, branches and features.

use super::links::Links;
use super::{marks, rst};
use crate::condition::Condition;
use crate::doc::{Doc, DocItem};
use crate::schema::{Branch, EnumValue, Feature, Member};

/// A list below a title; `None` when there is nothing to list.
pub(super) fn titled(title: &str, items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| format!("**{title}**\n\n{}", items.join("\n")))
}

/// Arguments or members.
pub(super) fn members<'m>(
    members: impl IntoIterator<Item = &'m Member>,
    doc: Option<&Doc>,
    links: &Links<'_>,
) -> Vec<String> {
    let describe = |member: &Member| {
        let mut notes = vec![links.type_ref(&member.type_ref)];
        notes.extend(member.optional.then(|| "optional".to_owned()));
        notes.extend(qualities(&member.features, &member.condition));
        item(&head(&member.name, &notes), member_text(doc, &member.name), links)
    };
    members.into_iter().map(describe).collect()
}

/// Values of an enum.
pub(super) fn values(values: &[EnumValue], doc: Option<&Doc>, links: &Links<'_>) -> Vec<String> {
    let describe = |value: &EnumValue| {
        let notes: Vec<String> = qualities(&value.features, &value.condition).collect();
        item(&head(&value.name, &notes), member_text(doc, &value.name), links)
    };
    values.iter().map(describe).collect()
}

/// Branches of a union or an alternate.
pub(super) fn branches(branches: &[Branch], doc: Option<&Doc>, links: &Links<'_>) -> Vec<String> {
    let describe = |branch: &Branch| {
        let mut notes = vec![links.type_ref(&branch.type_ref)];
        notes.extend(marks::condition(&branch.condition));
        item(&head(&branch.name, &notes), member_text(doc, &branch.name), links)
    };
    branches.iter().map(describe).collect()
}

/// Values of a discriminator that have no branch.
pub(super) fn without_branch(values: &[(&str, &Condition)]) -> Option<String> {
    let named = |(name, condition): &(&str, &Condition)| head(name, &Vec::from_iter(marks::condition(condition)));
    let names: Vec<String> = values.iter().map(named).collect();
    (!names.is_empty()).then(|| format!("- {}: nothing", names.join(", ")))
}

/// Features; those too that are only documented, which are features of members.
pub(super) fn features(features: &[Feature], doc: Option<&Doc>, links: &Links<'_>) -> Vec<String> {
    let describe = |feature: &Feature| {
        let notes: Vec<String> = marks::condition(&feature.condition).into_iter().collect();
        let said = doc.and_then(|doc| doc.features.iter().find(|item| item.name == feature.name));
        item(&head(&feature.name, &notes), said.map_or("", |item| item.text.as_str()), links)
    };
    let of_members = doc.into_iter().flat_map(|doc| &doc.features);
    let of_members = of_members.filter(|item| features.iter().all(|feature| feature.name != item.name));
    features.iter().map(describe).chain(documented(of_members, links)).collect()
}

/// Things that are documented here and defined elsewhere.
pub(super) fn documented<'d>(items: impl IntoIterator<Item = &'d DocItem>, links: &Links<'_>) -> Vec<String> {
    items.into_iter().map(|documented| item(&head(&documented.name, &[]), &documented.text, links)).collect()
}

/// What stands before the text, then the text, in Markdown.
pub(super) fn with_text(head: &str, text: &str, links: &Links<'_>) -> String {
    let text = rst::convert(text, links);
    if text.is_empty() {
        head.to_owned()
    } else if begins_with_paragraph(&text) {
        format!("{head}: {text}")
    } else {
        format!("{head}:\n\n{text}")
    }
}

fn begins_with_paragraph(markdown: &str) -> bool {
    let after_number = markdown.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered =
        after_number.len() < markdown.len() && [". ", ") "].iter().any(|end| after_number.starts_with(end));
    !is_numbered && !["- ", "> ", "```"].iter().any(|block| markdown.starts_with(block))
}

fn item(head: &str, text: &str, links: &Links<'_>) -> String {
    format!("- {}", rst::indented(&with_text(head, text, links), "  "))
}

fn head(name: &str, notes: &[String]) -> String {
    match notes {
        [] => format!("`{name}`"),
        notes => format!("`{name}` ({})", notes.join(", ")),
    }
}

/// What a feature means is said below, among the features of the definition.
fn qualities(features: &[Feature], condition: &Condition) -> impl Iterator<Item = String> {
    features.iter().map(marks::feature_of_part).chain(marks::condition(condition))
}

fn member_text<'d>(doc: Option<&'d Doc>, name: &str) -> &'d str {
    doc.and_then(|doc| doc.member(name)).unwrap_or_default()
}
