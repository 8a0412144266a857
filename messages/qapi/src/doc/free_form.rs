//! Comments that document no definition.

use super::FreeForm;
use super::line::Line;
use super::prose::Prose;
use crate::parse::comment::Comment;
use crate::parse::text::Text;
use crate::source::SchemaError;

/// Splits a comment at its headings; parts without text are left out.
pub(super) fn read(text: &Text, comment: &Comment<'_>) -> Result<Vec<FreeForm>, SchemaError> {
    let mut parts = Vec::new();
    let mut begin = comment.at;
    let mut prose = Prose::new();
    let mut finish = |begin, prose: Prose<'_>| {
        let part = FreeForm { location: text.location(begin), text: prose.into_text() };
        if !part.text.is_empty() {
            parts.push(part);
        }
    };
    for line in &comment.lines {
        match Line::of(line.content) {
            Line::Name(name, _) if !name.is_empty() => {
                let message = format!("'@{name}:' not allowed in free-form documentation");
                return Err(text.error(line.at, message));
            }
            Line::Equals if is_heading(line.content) => {
                finish(begin, std::mem::replace(&mut prose, Prose::new()));
                begin = line.at;
            }
            Line::Blank | Line::Name(..) | Line::Features | Line::Tag(..) | Line::Equals | Line::Text { .. } => {}
        }
        prose.push(line.content);
    }
    finish(begin, prose);
    Ok(parts)
}

fn is_heading(content: &str) -> bool {
    content.trim_start_matches('=').starts_with(' ')
}
