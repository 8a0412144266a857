//! reStructuredText to Markdown within a paragraph: names, code, links, and what would be taken for markup.

/// Converts a paragraph.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '`' => code(rest, &mut out),
            '@' if !before.is_alphanumeric() => name(rest, &mut out),
            ':' if !before.is_alphanumeric() => role(rest),
            'h' if !before.is_alphanumeric() => address(rest, &mut out),
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            if matches!(c, '[' | ']' | '<' | '>' | '`') {
                out.push('\\');
            }
            out.push(c);
            c.len_utf8()
        });
        before = rest[..taken].chars().next_back().unwrap_or(' ');
        rest = &rest[taken..];
    }
    out
}

/// ```` ``code`` ````, `` `name` ``, `` `text <address>`_ ``: how much was taken.
fn code(rest: &str, out: &mut String) -> Option<usize> {
    let marks = if rest.starts_with("``") { "``" } else { "`" };
    let inner = &rest[marks.len()..];
    let end = inner.find(marks).filter(|end| *end > 0 && !inner[..*end].contains("\n\n"))?;
    let (content, after) = (&inner[..end], &inner[end + marks.len()..]);
    let taken = end + 2 * marks.len();
    let underscores = after.len() - after.trim_start_matches('_').len();
    if marks == "`" && underscores > 0 {
        match content.split_once('<').and_then(|(text, address)| Some((text, address.strip_suffix('>')?))) {
            Some((text, address)) if is_address(address) => {
                out.push_str(&format!("[{}]({address})", inline(text.trim_end())));
            }
            _ => out.push_str(&inline(content)),
        }
        return Some(taken + underscores);
    }
    let fence = if content.contains('`') { "``" } else { "`" };
    out.push_str(&format!("{fence}{}{fence}", content.trim_start_matches('@')));
    Some(taken)
}

/// `@name`
fn name(rest: &str, out: &mut String) -> Option<usize> {
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = rest[1..].find(|c| !named(c)).unwrap_or(rest.len() - 1);
    let name = rest[1..=end].trim_end_matches(['-', '.']);
    if name.is_empty() {
        return None;
    }
    out.push('`');
    out.push_str(name);
    out.push('`');
    Some(1 + name.len())
}

/// The role before interpreted text, as in `` :ref:`x` ``, which Markdown does without.
fn role(rest: &str) -> Option<usize> {
    let end = rest.find('`')?;
    let role = &rest[..end];
    let is_role = role.len() > 2
        && role.ends_with(':')
        && role.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '+'));
    is_role.then_some(end)
}

/// An address by itself.
fn address(rest: &str, out: &mut String) -> Option<usize> {
    if !is_address(rest) {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '`' | '"')).unwrap_or(rest.len());
    let address = rest[..end].trim_end_matches(['.', ',', ';', ':', ')', '\'', '!', '?']);
    if out.ends_with("\\<") && rest[address.len()..].starts_with('>') {
        out.truncate(out.len() - 2);
        out.push_str(&format!("<{address}>"));
        return Some(address.len() + 1);
    }
    out.push_str(&format!("<{address}>"));
    Some(address.len())
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_markdown_and_what_only_looks_like_it_is_escaped() {
        for (rest, markdown) in [
            ("see @node-name.", "see `node-name`."),
            ("mail me@example.org", "mail me@example.org"),
            ("``a[0]`` and a[0] of 'child<x>'", "`a[0]` and a\\[0\\] of 'child\\<x\\>'"),
            (":ref:`that`, `this <https://x.org/>`_", "`that`, [this](https://x.org/)"),
            ("(https://x.org/a).", "(<https://x.org/a>)."),
            ("<https://x.org/a>", "<https://x.org/a>"),
            ("a ` alone", "a \\` alone"),
        ] {
            assert_eq!(inline(rest), markdown);
        }
    }
}
