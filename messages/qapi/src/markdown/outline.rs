//! The document's parts in order, and its table of contents.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::links::{self, Links};
use super::{anchored, inline};
use crate::schema::{Definition, Kind, Schema};

/// The anchor of the index of types.
const TYPES: &str = "types";

/// The parts in order.
pub(super) struct Outline<'s> {
    pub(super) pieces: Vec<Piece<'s>>,
}

/// A part of the document.
pub(super) enum Piece<'s> {
    Heading(Heading),
    /// Of a free-form comment.
    Text(String),
    Definition(&'s Definition),
}

impl<'s> Piece<'s> {
    fn as_type(&self) -> Option<&'s Definition> {
        let Self::Definition(definition) = self else { return None };
        match definition.kind {
            Kind::Command(_) | Kind::Event(_) => None,
            Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => Some(definition),
        }
    }
}

/// A heading of a free-form comment.
pub(super) struct Heading {
    /// From 1.
    pub(super) level: usize,
    pub(super) text: String,
    pub(super) anchor: String,
}

impl<'s> Outline<'s> {
    pub(super) fn of(schema: &'s Schema) -> Self {
        let mut anchors = HashSet::new();
        let mut pieces = Vec::new();
        let mut free_form = schema.free_form.iter().peekable();
        for (place, definition) in schema.definitions.values().enumerate() {
            while let Some(comment) = free_form.next_if(|comment| comment.before <= place) {
                pieces.extend(split(&comment.text.text, &mut anchors));
            }
            pieces.push(Piece::Definition(definition));
        }
        pieces.extend(free_form.flat_map(|comment| split(&comment.text.text, &mut anchors)));
        Self { pieces }
    }

    /// The table of contents: headings, below each the commands and events up to the next.
    ///
    /// Types are too many for it: they have an index at the end, and who needs one comes there by a link.
    pub(super) fn contents(&self, links: &Links<'_>) -> String {
        let mut text = anchored("contents", "##", "Contents") + "\n";
        let mut indent = String::new();
        let mut group = Group::default();
        for piece in &self.pieces {
            match piece {
                Piece::Heading(heading) => {
                    text.push_str(&std::mem::take(&mut group).lines(&indent));
                    indent = "  ".repeat(heading.level - 1);
                    let title = inline::convert(&heading.text, links);
                    let _ = write!(text, "\n{indent}- [{title}](#{})", heading.anchor);
                    indent.push_str("  ");
                }
                Piece::Text(_) => {}
                Piece::Definition(definition) => group.add(definition),
            }
        }
        text.push_str(&group.lines(&indent));
        let _ = write!(text, "\n- [Index of types](#{TYPES})\n- [Built-in types](#{})", links::BUILT_IN_TYPES);
        text
    }

    /// The types by name.
    pub(super) fn index_of_types(&self) -> String {
        let mut types: Vec<&Definition> = self.pieces.iter().filter_map(Piece::as_type).collect();
        types.sort_by_key(|definition| definition.name.to_lowercase());
        let links: Vec<String> = types.into_iter().map(links::link).collect();
        format!("{}\n\n{}", anchored(TYPES, "##", "Index of types"), links.join(", "))
    }
}

/// The commands and events between two headings.
#[derive(Default)]
struct Group {
    commands: Vec<String>,
    events: Vec<String>,
}

impl Group {
    fn add(&mut self, definition: &Definition) {
        match definition.kind {
            Kind::Command(_) => self.commands.push(links::link(definition)),
            Kind::Event(_) => self.events.push(links::link(definition)),
            Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => {}
        }
    }

    fn lines(self, indent: &str) -> String {
        let mut text = String::new();
        for (title, links) in [("Commands", self.commands), ("Events", self.events)] {
            if !links.is_empty() {
                let _ = write!(text, "\n{indent}- {title}: {}", links.join(", "));
            }
        }
        text
    }
}

/// A free-form comment's heading, which can only be its first line, and its text.
fn split(comment: &str, anchors: &mut HashSet<String>) -> Vec<Piece<'static>> {
    let (first, rest) = comment.split_once('\n').unwrap_or((comment, ""));
    let title = first.trim_start_matches('=');
    let level = first.len() - title.len();
    if level == 0 || !title.starts_with(' ') {
        return vec![Piece::Text(comment.to_owned())];
    }
    let text = title.trim().to_owned();
    let anchor = unused_anchor(&text, anchors);
    vec![Piece::Heading(Heading { level, text, anchor }), Piece::Text(rest.trim().to_owned())]
}

fn unused_anchor(title: &str, anchors: &mut HashSet<String>) -> String {
    let words: Vec<&str> = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let base = format!("section-{}", words.join("-").to_ascii_lowercase());
    let mut anchor = base.clone();
    let mut count = 1;
    while !anchors.insert(anchor.clone()) {
        count += 1;
        anchor = format!("{base}-{count}");
    }
    anchor
}
