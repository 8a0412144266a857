//! What a line of a comment begins.

use super::Tag;

/// A line, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'t> {
    Blank,
    /// `@name: text`
    Name(&'t str, Inline<'t>),
    /// `Features:`
    Features,
    /// `Tag: text`
    Tag(Tag, Inline<'t>),
    /// `=`, with which headings begin.
    Equals,
    /// Anything else.
    Text {
        indent: usize,
    },
}

/// Text that stands on the line of its name or tag, and its column from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inline<'t> {
    pub(super) text: &'t str,
    pub(super) column: usize,
}

impl<'t> Line<'t> {
    /// Names, tags and headings count at the beginning of a line only.
    pub(super) fn of(content: &'t str) -> Self {
        let text = content.trim_start_matches(' ');
        let indent = content.len() - text.len();
        if text.is_empty() {
            return Self::Blank;
        }
        if indent > 0 {
            return Self::Text { indent };
        }
        if text.starts_with('=') {
            return Self::Equals;
        }
        if text == "Features:" {
            return Self::Features;
        }
        Self::name(text).or_else(|| Self::tag(text)).unwrap_or(Self::Text { indent })
    }

    fn name(content: &'t str) -> Option<Self> {
        let (name, text) = content.strip_prefix('@')?.split_once(':')?;
        // Other text may well begin with a reference and have a colon: `@foo and @bar: both ...`. But what has no space
        // was meant as a name, even if nothing can be called so.
        (!name.contains(char::is_whitespace)).then(|| Self::Name(name, Inline::behind(content, text)))
    }

    fn tag(content: &'t str) -> Option<Self> {
        let (word, text) = content.split_once(':')?;
        // `Note::` is text that announces a literal block.
        if !text.is_empty() && !text.starts_with(' ') {
            return None;
        }
        Tag::of_word(word).map(|tag| Self::Tag(tag, Inline::behind(content, text)))
    }
}

impl<'t> Inline<'t> {
    /// `text` is the end of `content`.
    fn behind(content: &'t str, text: &'t str) -> Self {
        let text = text.trim_start();
        let head = content.strip_suffix(text).unwrap_or(content);
        Self { text, column: head.chars().count() }
    }
}
