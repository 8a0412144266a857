//! The section on one definition.

use super::links::Links;
use super::{list, marks, rst};
use crate::doc::{Doc, Section, Tag};
use crate::schema::{Alternate, Base, Command, Definition, Enum, Kind, Payload, Schema, Struct, Union};

/// What follows the heading: marks, overview, members, features, tagged sections.
pub(super) fn describe(schema: &Schema, definition: &Definition, links: &Links<'_>) -> Vec<String> {
    let doc = definition.doc.as_ref();
    let mut blocks = vec![marks::of_definition(definition, links)];
    blocks.extend(doc.map(|doc| rst::convert(&doc.body, links)));
    let describer = Describer { schema, doc, links };
    match &definition.kind {
        Kind::Enum(enumeration) => blocks.extend(describer.enumeration(enumeration)),
        Kind::Struct(structure) => blocks.extend(describer.structure(structure)),
        Kind::Union(union) => blocks.extend(describer.union(union)),
        Kind::Alternate(alternate) => blocks.extend(describer.alternate(alternate)),
        Kind::Command(command) => blocks.extend(describer.payload("Arguments", &command.arguments)),
        Kind::Event(event) => blocks.extend(describer.payload("Data", &event.data)),
    }
    blocks.extend(list::titled("Features", &list::features(&definition.features, doc, links)));
    if let Kind::Command(command) = &definition.kind {
        blocks.extend(describer.returns(command));
    }
    let sections = doc.map_or(&[][..], |doc| &doc.sections);
    blocks.extend(sections.iter().filter_map(|section| describer.section(section)));
    blocks
}

struct Describer<'s> {
    schema: &'s Schema,
    doc: Option<&'s Doc>,
    links: &'s Links<'s>,
}

impl Describer<'_> {
    fn enumeration(&self, enumeration: &Enum) -> Option<String> {
        list::titled("Values", &list::values(&enumeration.values, self.doc, self.links))
    }

    fn structure(&self, structure: &Struct) -> Vec<String> {
        let mut blocks = Vec::new();
        blocks.extend(structure.base.as_ref().map(|base| self.members_of("Members", base)));
        let title = if structure.base.is_some() { "Further members" } else { "Members" };
        blocks.extend(list::titled(title, &list::members(&structure.members, self.doc, self.links)));
        blocks
    }

    fn union(&self, union: &Union) -> Vec<String> {
        let mut blocks = Vec::new();
        match &union.base {
            Base::Named(base) => blocks.push(self.members_of("Members", base)),
            Base::Inline(members) => {
                blocks.extend(list::titled("Members", &list::members(members, self.doc, self.links)));
            }
        }
        let title = format!("Further members by `{}`", union.discriminator);
        let mut items = list::branches(&union.branches, self.doc, self.links);
        items.extend(list::without_branch(&self.schema.values_without_branch(union)));
        blocks.extend(list::titled(&title, &items));
        blocks
    }

    fn alternate(&self, alternate: &Alternate) -> Option<String> {
        list::titled("One of", &list::branches(&alternate.branches, self.doc, self.links))
    }

    fn payload(&self, title: &str, payload: &Payload) -> Vec<String> {
        match payload {
            Payload::Empty => Vec::new(),
            Payload::Inline(members) => {
                list::titled(title, &list::members(members, self.doc, self.links)).into_iter().collect()
            }
            Payload::Named { name, boxed: _ } => {
                let documented = self.doc.map_or(&[][..], |doc| &doc.members);
                let documented = documented.iter().filter(|item| !item.text.is_empty());
                let mut blocks = vec![self.members_of(title, name)];
                blocks.extend(list::titled("Of these", &list::documented(documented, self.links)));
                blocks
            }
        }
    }

    fn members_of(&self, title: &str, name: &str) -> String {
        let all = match self.schema.get(name).map(|definition| &definition.kind) {
            Some(Kind::Union(_)) => "those of the union",
            Some(Kind::Struct(_) | Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_)) | None => {
                "all of"
            }
        };
        format!("**{title}**: {all} {}", self.links.name(name))
    }

    /// What a command returns, with what its documentation says of it.
    fn returns(&self, command: &Command) -> Option<String> {
        let text = self.doc.and_then(|doc| doc.section(Tag::Returns)).unwrap_or_default();
        let head = match &command.returns {
            Some(type_ref) => format!("**Returns** {}", self.links.type_ref(type_ref)),
            None => "**Returns**".to_owned(),
        };
        (command.returns.is_some() || !text.is_empty()).then(|| list::with_text(&head, text, self.links))
    }

    /// `None` for what is told elsewhere and for notes to programmers.
    fn section(&self, section: &Section) -> Option<String> {
        let text = &section.text;
        match section.tag {
            None => Some(rst::convert(text, self.links)),
            Some(Tag::Note | Tag::Notes) => Some(rst::admonition("Note", text, self.links)),
            Some(Tag::Errors) => Some(list::with_text("**Errors**", text, self.links)),
            Some(Tag::Example) => Some(format!("**Example**\n\n{}", rst::example(text))),
            Some(Tag::Examples) => Some(format!("**Examples**\n\n{}", rst::example(text))),
            Some(Tag::Returns | Tag::Since | Tag::Todo) => None,
        }
    }
}
