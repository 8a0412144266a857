//! Documentation of generated items.

use super::contents::Inherited;
use super::rest::{markdown, verbatim};
use crate::doc::{Doc, Section, Tag};
use crate::schema::{Definition, Feature, Kind};

/// Paragraphs.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push_str("\n\n");
        }
        self.0.push_str(text);
    }
}

/// Of a type, a command or an event.
pub(super) fn of_definition(definition: &Definition) -> String {
    let mut page = Page::default();
    let doc = definition.doc.as_ref();
    let body = doc.map_or_else(String::new, |doc| markdown(&doc.body));
    page.paragraph(if body.is_empty() { "" } else { &body });
    if body.is_empty() {
        page.paragraph(&format!("`{}`", definition.name));
    }
    if let Kind::Command(command) = &definition.kind {
        page.paragraph(if command.allow_oob { "May run out-of-band." } else { "" });
        page.paragraph(if command.success_response { "" } else { "Success is not answered." });
    }
    features(&mut page, &definition.features, doc);
    for section in doc.iter().flat_map(|doc| &doc.sections) {
        page.paragraph(&of_section(section));
    }
    page.0
}

/// Of a field.
pub(super) fn of_member(inherited: Inherited<'_>) -> String {
    let Inherited { member, documented_in } = inherited;
    of_part(&member.name, &member.features, documented_in)
}

/// Of a member or a value.
pub(super) fn of_part(name: &str, part_features: &[Feature], documented_in: &Definition) -> String {
    let mut page = Page::default();
    match text_of(name, documented_in) {
        Some(text) => page.paragraph(&text),
        None => page.paragraph(&format!("`{name}`")),
    }
    features(&mut page, part_features, documented_in.doc.as_ref());
    page.0
}

/// Of a union's variant.
pub(super) fn of_branch(value: &str, discriminator: &str, union: &Definition) -> String {
    let mut page = Page::default();
    page.paragraph(&format!("`{discriminator}` is `{value}`."));
    page.paragraph(&text_of(value, union).unwrap_or_default());
    page.0
}

/// What the comment says of a member, a value or a branch.
fn text_of(name: &str, documented_in: &Definition) -> Option<String> {
    let text = markdown(documented_in.doc.as_ref()?.member(name)?);
    if text.is_empty() { None } else { Some(text) }
}

fn features(page: &mut Page, features: &[Feature], doc: Option<&Doc>) {
    for feature in features {
        let item = doc.and_then(|doc| doc.features.iter().find(|item| item.name == feature.name));
        let text = item.map_or_else(String::new, |item| markdown(&item.text));
        let paragraph = match feature.name.as_str() {
            "deprecated" => format!("**Deprecated.** {text}"),
            "unstable" => format!("**Unstable.** {text}"),
            name => format!("Feature `{name}`: {text}"),
        };
        page.paragraph(paragraph.trim_end().trim_end_matches(':'));
    }
}

fn of_section(section: &Section) -> String {
    let text = match section.tag {
        Some(Tag::Todo) => return String::new(),
        Some(Tag::Example | Tag::Examples) => verbatim(&section.text),
        Some(Tag::Returns | Tag::Errors | Tag::Since | Tag::Note | Tag::Notes) | None => markdown(&section.text),
    };
    if text.is_empty() {
        return text;
    }
    let title = match section.tag {
        Some(Tag::Errors) => return format!("# Errors\n{text}"),
        Some(Tag::Returns) => "Returns",
        Some(Tag::Since) => "Since",
        Some(Tag::Note | Tag::Notes) => "**Note:**",
        Some(Tag::Example | Tag::Examples) => return format!("For example:\n\n{text}"),
        Some(Tag::Todo) | None => return text,
    };
    let separator = if starts_block(&text) { ":\n\n" } else { ": " };
    if title.ends_with("**") {
        format!("{title}{}{text}", &separator[1..])
    } else {
        format!("{title}{separator}{text}")
    }
}

/// Whether a text begins with a list or a block, which can't stand behind a title.
fn starts_block(text: &str) -> bool {
    ["- ", "* ", "+ ", "```", "1. ", "1) "].iter().any(|start| text.starts_with(start))
}
