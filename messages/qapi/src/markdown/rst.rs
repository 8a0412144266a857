//! Texts of the schema: reStructuredText to Markdown.
//!
//! ```text
//! lines ──blocks──► paragraphs, literals, list items, admonitions ──write──► Markdown
//! ```
//!
//! Made for what schemas contain; what is not known stays as text.

mod blocks;
#[cfg(test)]
mod tests;

use self::blocks::{Block, read};
use super::inline;
use super::links::Links;

/// The text in Markdown, without an empty line at its end.
pub(super) fn convert(text: &str, links: &Links<'_>) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    write(&read(&lines), links)
}

/// A text set off under a title.
pub(super) fn admonition(title: &str, text: &str, links: &Links<'_>) -> String {
    quoted(title, &convert(text, links))
}

/// An example: all of it as it stands.
pub(super) fn example(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    fenced("", &blocks::dedented(&lines).join("\n"))
}

/// All lines but the first moved to the right.
pub(super) fn indented(text: &str, indent: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            out.push('\n');
            out.push_str(if line.is_empty() { "" } else { indent });
        }
        out.push_str(line);
    }
    out
}

fn write(blocks: &[Block<'_>], links: &Links<'_>) -> String {
    let mut out = String::new();
    let mut before: Option<&Block<'_>> = None;
    for block in blocks {
        let text = write_block(block, links);
        if text.is_empty() {
            continue;
        }
        let tight = before.is_some_and(|before| before.is_short_item() && block.is_short_item());
        out.push_str(match (before, tight) {
            (None, _) => "",
            (Some(_), true) => "\n",
            (Some(_), false) => "\n\n",
        });
        out.push_str(&text);
        before = Some(block);
    }
    out
}

fn write_block(block: &Block<'_>, links: &Links<'_>) -> String {
    match block {
        Block::Paragraph(text) => inline::convert(text, links),
        Block::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| inline::convert(line, links)).collect();
            lines.join("\\\n")
        }
        Block::Literal { language, lines } => fenced(language, lines.join("\n").trim_matches('\n')),
        Block::Item { marker, blocks } => {
            format!("{marker} {}", indented(&write(blocks, links), &" ".repeat(marker.len() + 1)))
        }
        Block::Term { term, blocks } => {
            let term = inline::convert(term, links);
            format!("- {term}\n\n  {}", indented(&write(blocks, links), "  "))
        }
        Block::Admonition { title, blocks } => quoted(title, &write(blocks, links)),
    }
}

fn quoted(title: &str, text: &str) -> String {
    let mut out = format!("> **{title}**\n>");
    for line in text.lines() {
        out.push_str("\n>");
        out.push_str(if line.is_empty() { "" } else { " " });
        out.push_str(line);
    }
    out
}

fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let language = if language.is_empty() { "text" } else { language };
    format!("{fence}{language}\n{text}\n{fence}")
}
