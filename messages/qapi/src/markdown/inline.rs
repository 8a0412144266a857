//! Markup within a text: reStructuredText to Markdown.
//!
//! | reStructuredText | Markdown |
//! |---|---|
//! | ` ``literal`` `, `` `interpreted` `` | code |
//! | `@name` | code, and a link if the schema defines it |
//! | `` :role:`text <target>` `` | the text; code or a link for roles that name things of a schema |
//! | `` `text <url>`_ `` | a link |
//! | `**strong**`, `*emphasis*` | the same |
//!
//! What only Markdown gives a meaning is escaped.

use super::links::Links;

/// The text in Markdown.
pub(super) fn convert(text: &str, links: &Links<'_>) -> String {
    let mut inline = Inline { rest: text, before: '\n', out: String::with_capacity(text.len()), links };
    while inline.step() {}
    inline.out
}

struct Inline<'t> {
    rest: &'t str,
    /// The character before `rest`.
    before: char,
    out: String,
    links: &'t Links<'t>,
}

impl<'t> Inline<'t> {
    /// Takes the next piece off; `false` at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        let taken = match first {
            '`' => self.literal() || self.interpreted(""),
            ':' => self.role(),
            '@' => self.name(),
            '\\' => self.escape(),
            _ => false,
        };
        if !taken {
            self.plain(first);
        }
        true
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.before = taken.chars().next_back().unwrap_or(self.before);
        self.rest = rest;
        taken
    }

    fn literal(&mut self) -> bool {
        let Some(body) = self.rest.strip_prefix("``") else { return false };
        let Some(length) = body.find("``").filter(|length| *length > 0) else { return false };
        self.out.push_str(&code(&body[..length]));
        self.take(length + 4);
        true
    }

    /// `` `text` ``, `` `text`_ ``, `` `text <url>`_ ``; with a role, its name comes before.
    fn interpreted(&mut self, role: &str) -> bool {
        let Some(body) = self.rest.strip_prefix('`') else { return false };
        let Some(length) = body.find('`').filter(|length| *length > 0) else { return false };
        let content = &body[..length];
        self.take(length + 2);
        let is_link = self.rest.starts_with('_');
        while self.rest.starts_with('_') {
            self.take(1);
        }
        let (text, target) = match content.strip_suffix('>').and_then(|content| content.rsplit_once('<')) {
            Some((text, target)) => (text.trim(), Some(target)),
            None => (content, None),
        };
        let markdown = match (target, role) {
            (Some(url), "") if is_link => format!("[{}]({url})", convert(text, self.links)),
            (None, "") if is_link => convert(text, self.links),
            (None, "") => code(text),
            (_, "ref" | "doc" | "term" | "emphasis" | "title") => convert(text, self.links),
            _ => self.links.name(text.trim_start_matches(['~', '!'])),
        };
        self.out.push_str(&markdown);
        true
    }

    /// `` :ref:`…` ``, `` :qapi:cmd:`…` ``
    fn role(&mut self) -> bool {
        let Some(tick) = self.rest.find('`') else { return false };
        let Some(role) = self.rest[1..tick.max(1)].strip_suffix(':') else { return false };
        if role.is_empty() || !role.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_')) {
            return false;
        }
        let role = role.to_owned();
        let (start, before) = (self.rest, self.before);
        self.take(tick);
        if self.interpreted(&role) {
            return true;
        }
        (self.rest, self.before) = (start, before);
        false
    }

    fn name(&mut self) -> bool {
        let body = &self.rest[1..];
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(body.len());
        let name = body[..end].trim_end_matches('-');
        if name.is_empty() || self.before.is_alphanumeric() {
            return false;
        }
        self.out.push_str(&self.links.name(name));
        self.take(1 + name.len());
        true
    }

    /// A backslash takes the next character's meaning; before a space it stands for nothing.
    fn escape(&mut self) -> bool {
        let Some(escaped) = self.rest[1..].chars().next() else { return false };
        if escaped.is_ascii_punctuation() {
            self.out.push('\\');
        }
        if !escaped.is_whitespace() {
            self.out.push(escaped);
        }
        self.take(1 + escaped.len_utf8());
        true
    }

    fn plain(&mut self, c: char) {
        let after = self.rest[c.len_utf8()..].chars().next();
        let at_line_start = self.before == '\n';
        let special = match c {
            '<' | '~' | '\\' | '`' => true,
            '#' | '>' | '|' | '=' => at_line_start,
            '+' | '-' => at_line_start && after.is_none_or(|after| after.is_whitespace() || after == c),
            '_' => !(self.before.is_alphanumeric() && after.is_some_and(char::is_alphanumeric)),
            '*' => self.before.is_alphanumeric() || matches!(self.before, '-' | '_' | '.' | '/'),
            '&' => after.is_some_and(|after| after.is_alphabetic() || after == '#'),
            ']' => after == Some('('),
            _ => false,
        };
        // A `*` after a word closes emphasis if one is open; else it is a wildcard: `x-*`.
        let closes = c == '*' && (self.out.matches('*').count() - self.out.matches("\\*").count()) % 2 == 1;
        let part_of_strong = c == '*' && (after == Some('*') || self.before == '*');
        if special && !closes && !part_of_strong {
            self.out.push('\\');
        }
        self.out.push(c);
        self.take(c.len_utf8());
    }
}

/// A code span that holds any text.
fn code(text: &str) -> String {
    if !text.contains('`') {
        return format!("`{text}`");
    }
    let mut fence = "``".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence} {text} {fence}")
}
