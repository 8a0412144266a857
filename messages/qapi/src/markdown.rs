//! Reference documentation of a schema in Markdown.
//!
//! ```text
//! # title
//! ## Contents            headings of free-form comments, below each its commands and events
//! ## Heading             from `= Heading` of a free-form comment
//! ### `query-status`     one per definition, in the order of the schema
//! ## Index of types
//! ## Built-in types
//! ```
//!
//! Texts of the schema are reStructuredText; `rst` makes Markdown of the parts of it that schemas use. Every link that
//! begins with `#` has its anchor in the same document: anchors are written out as `<a id>`, since renderers differ
//! in what they make of headings.

mod definition;
mod inline;
mod links;
mod list;
mod marks;
mod outline;
mod rst;

use std::fmt::Write as _;

use self::links::Links;
use self::outline::{Outline, Piece};
use crate::schema::Schema;

/// The reference of a schema.
///
/// Conditions that are not decided are shown with what they belong to.
#[must_use]
pub fn reference(schema: &Schema, title: &str) -> String {
    let links = Links::new(schema);
    let outline = Outline::of(schema);
    let mut blocks = vec![format!("# {title}"), outline.contents(&links)];
    let mut level = 0;
    for piece in &outline.pieces {
        match piece {
            Piece::Heading(heading) => {
                level = heading.level;
                blocks.push(anchored(&heading.anchor, heading_marks(level), &inline::convert(&heading.text, &links)));
            }
            Piece::Text(text) => blocks.push(rst::convert(text, &links)),
            Piece::Definition(definition) => {
                let name = format!("`{}`", definition.name);
                blocks.push(anchored(&links::anchor(definition), heading_marks(level + 1), &name));
                blocks.extend(definition::describe(schema, definition, &links));
            }
        }
    }
    blocks.push(outline.index_of_types());
    blocks.push(built_in_types());
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n\n") + "\n"
}

/// A heading of the schema's level 1 is Markdown's level 2; there are six.
fn heading_marks(level: usize) -> &'static str {
    &"######"[..(level + 1).clamp(2, 6)]
}

fn anchored(anchor: &str, marks: &str, heading: &str) -> String {
    format!("<a id=\"{anchor}\"></a>\n\n{marks} {heading}")
}

fn built_in_types() -> String {
    let mut text = anchored(links::BUILT_IN_TYPES, "##", "Built-in types");
    text.push_str("\n\n| type | in JSON |\n|---|---|");
    for (names, meaning) in [
        ("`str`", "a string"),
        ("`bool`", "`true` or `false`"),
        ("`number`", "a number"),
        ("`int`, `int64`", "a whole number from -2^63 to 2^63-1"),
        ("`int8`, `int16`, `int32`", "a whole number of so many bits, with a sign"),
        ("`uint8`, `uint16`, `uint32`, `uint64`", "a whole number of so many bits, without a sign"),
        ("`size`", "like `uint64`: a number of bytes"),
        ("`null`", "`null`"),
        ("`any`", "any value"),
        ("`QType`", "the name of a kind of value: `none`, `qnull`, `qnum`, `qstring`, `qdict`, `qlist`, `qbool`"),
    ] {
        let _ = write!(text, "\n| {names} | {meaning} |");
    }
    text
}
