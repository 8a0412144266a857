//! Which lines belong to the description of a name or a tagged section, and what its text is.
//!
//! Up to QEMU 8.0 a text that begins on the line of its name goes on at the column in which it began there; later ones
//! go on at any column that its second line chooses. One that begins on the line after it was not indented at all, and is
//! now indented by any amount:
//! ```text
//! # @disk: where the guest is          # @disk: where the guest is
//! #        installed                   #     installed
//! #                                    #
//! # @net:                              # @net:
//! # whether it is connected            #     whether it is connected
//! ```

use super::line::Inline;

/// What ends a description besides the next name or tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A blank line, then text that isn't indented.
    Paragraph,
    /// The same, but only if the description is indented itself.
    IndentedParagraph,
    /// Nothing.
    Never,
}

/// Whether a line belongs to the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    /// It begins something else.
    Behind,
    /// It ought to be indented more.
    Refused {
        expected: usize,
    },
}

/// What the line before one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Blank,
    Text,
}

/// The lines of a description, or of text that belongs to no name.
#[derive(Debug)]
pub(super) struct Prose<'t> {
    inline: Option<Inline<'t>>,
    lines: Vec<&'t str>,
    /// The indentation of the lines, once one of them has text.
    indent: Option<usize>,
}

impl<'t> Prose<'t> {
    /// Without text on the line of the name.
    pub(super) fn new() -> Self {
        Self { inline: None, lines: Vec::new(), indent: None }
    }

    /// With what stands on the line of the name.
    pub(super) fn with_inline(inline: Inline<'t>) -> Self {
        Self { inline: Some(inline).filter(|inline| !inline.text.is_empty()), ..Self::new() }
    }

    /// Adds a line without asking whether it belongs here.
    pub(super) fn push(&mut self, content: &'t str) {
        self.lines.push(content);
    }

    /// Adds a line if it belongs here. `before` is the line before it.
    pub(super) fn offer(&mut self, content: &'t str, indent: usize, before: Before, end: End) -> Place {
        let place = match (self.inline, self.indent) {
            (Some(inline), None) => self.second_line(inline, indent, before),
            (Some(_), Some(own)) => place_behind_inline(indent, own, before),
            (None, None) if indent == 0 && before == Before::Blank && end == End::Paragraph => Place::Behind,
            (None, None) => {
                self.indent = Some(indent);
                Place::Inside
            }
            (None, Some(own)) => place_below_name(indent, own, before, end),
        };
        if place == Place::Inside {
            self.push(content);
        }
        place
    }

    /// The line after text on the line of the name chooses the indentation. It may even choose none: QEMU 7.2 refused
    /// that, but the schema of 10.0 has such a description.
    fn second_line(&mut self, inline: Inline<'t>, indent: usize, before: Before) -> Place {
        if indent == 0 && before == Before::Blank {
            return Place::Behind;
        }
        self.indent = Some(indent.min(inline.column));
        Place::Inside
    }

    /// The text, with the common indentation and blank lines around it taken off.
    pub(super) fn into_text(self) -> String {
        let mut text = String::new();
        if let Some(inline) = self.inline {
            text.push_str(inline.text);
            text.push('\n');
        }
        let indent = match self.inline {
            Some(_) => self.indent.unwrap_or_default(),
            None => self.lines.iter().filter(|line| !line.is_empty()).map(|line| indent_of(line)).min().unwrap_or(0),
        };
        let blank = self.lines.iter().take_while(|line| line.is_empty()).count();
        let lines = if text.is_empty() { self.lines.get(blank..).unwrap_or_default() } else { &self.lines };
        for line in lines {
            text.push_str(line.get(indent.min(indent_of(line))..).unwrap_or_default());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// `own` is the indentation that the second line chose.
fn place_behind_inline(indent: usize, own: usize, before: Before) -> Place {
    if before == Before::Blank && (indent == 0 || indent < own) {
        Place::Behind
    } else if indent < own {
        Place::Refused { expected: own }
    } else {
        Place::Inside
    }
}

/// `own` is the indentation with which the text began.
fn place_below_name(indent: usize, own: usize, before: Before, end: End) -> Place {
    let ends = match end {
        End::Paragraph => true,
        End::IndentedParagraph => own > 0,
        End::Never => false,
    };
    if ends && before == Before::Blank && indent == 0 { Place::Behind } else { Place::Inside }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
