//! reStructuredText of documentation comments to the Markdown of rustdoc, block by block.

use super::inline::inline;
use super::names::camel_case;

/// Converts a text.
pub(super) fn markdown(text: &str) -> String {
    let mut blocks = Blocks::default();
    for line in text.lines() {
        blocks.line(line.trim_end());
    }
    blocks.finish()
}

/// A text, word for word.
pub(super) fn verbatim(text: &str) -> String {
    let mut blocks = Blocks::default();
    text.trim_matches('\n').lines().for_each(|line| blocks.literal.push(line.trim_end().to_owned()));
    blocks.finish()
}

/// How the lines at hand are read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As text.
    #[default]
    Text,
    /// As a literal block, as long as they are indented deeper than this.
    Literal(usize),
    /// As a comment, which nobody reads, likewise.
    Comment(usize),
    /// As a table or an exchange of messages, up to the next empty line.
    Paragraph,
}

/// A list item that is open.
#[derive(Debug, Clone, Copy)]
struct Item {
    /// The column of its text in the source.
    source: usize,
    /// The column of its text in Markdown.
    target: usize,
}

#[derive(Debug, Default)]
struct Blocks {
    out: String,
    mode: Mode,
    /// The paragraph so far, its lines indented for Markdown.
    paragraph: String,
    literal: Vec<String>,
    items: Vec<Item>,
    after_empty: bool,
}

impl Blocks {
    fn line(&mut self, line: &str) {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim_start();
        let goes_on = match self.mode {
            Mode::Text => false,
            Mode::Literal(margin) | Mode::Comment(margin) => text.is_empty() || indent > margin,
            Mode::Paragraph => !text.is_empty(),
        };
        if goes_on {
            if !matches!(self.mode, Mode::Comment(_)) {
                self.literal.push(line.to_owned());
            }
            return;
        }
        self.end_literal();
        if text.is_empty() {
            self.end_paragraph();
        } else if let Some(directive) = text.strip_prefix(".. ") {
            self.directive(indent, directive);
        } else if starts_verbatim(text) {
            self.end_paragraph();
            self.mode = Mode::Paragraph;
            self.literal.push(line.to_owned());
        } else if !is_underline(text) {
            self.text(indent, text);
        }
        self.after_empty = text.is_empty();
    }

    /// A line of a paragraph or a list.
    fn text(&mut self, indent: usize, text: &str) {
        while self.items.last().is_some_and(|item| indent < item.source) {
            self.items.pop();
        }
        let target = self.items.last().map_or(0, |item| item.target);
        let marker = marker_width(text);
        if marker > 0 && (self.paragraph.is_empty() || self.after_empty || !self.items.is_empty() || indent == 0) {
            self.flush();
            self.items.push(Item { source: indent + marker, target: target + marker });
        } else if self.after_empty {
            self.separate();
        }
        let (text, opens_literal) = match text.strip_suffix("::") {
            Some("") => ("", true),
            Some(before) => {
                (text.strip_suffix(':').filter(|_| !before.ends_with(' ')).unwrap_or(before.trim_end()), true)
            }
            None => (text, false),
        };
        if !text.is_empty() {
            self.paragraph.push_str(&" ".repeat(target));
            self.paragraph.push_str(text);
            self.paragraph.push('\n');
        }
        if opens_literal {
            self.end_paragraph();
            self.mode = Mode::Literal(indent);
        }
    }

    /// `.. NAME:: ARGUMENT`, or a comment.
    fn directive(&mut self, indent: usize, directive: &str) {
        self.end_paragraph();
        let Some((name, argument)) = directive.split_once("::") else {
            self.mode = Mode::Comment(indent);
            return;
        };
        let argument = argument.trim();
        match name {
            "code" | "code-block" | "qmp-example" | "parsed-literal" | "highlight" => self.mode = Mode::Literal(indent),
            _ => {
                let word = name.rsplit('-').next().unwrap_or(name);
                let title = if name == "admonition" { argument } else { &camel_case(word) };
                self.separate();
                let rest = if name == "admonition" { "" } else { argument };
                self.paragraph.push_str(format!("**{title}:** {rest}").trim_end());
                self.paragraph.push('\n');
            }
        }
    }

    /// Ends a paragraph if there is one.
    fn end_paragraph(&mut self) {
        self.flush();
        self.separate();
    }

    fn flush(&mut self) {
        self.out.push_str(&inline(&std::mem::take(&mut self.paragraph)));
    }

    /// An empty line, unless there is one.
    fn separate(&mut self) {
        self.flush();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes the literal block, if there is one, without the options of its directive.
    fn end_literal(&mut self) {
        self.mode = Mode::Text;
        let lines = std::mem::take(&mut self.literal);
        let lines: Vec<&str> = lines.iter().map(String::as_str).skip_while(|line| line.is_empty()).collect();
        let (options, lines) = lines.split_at(lines.iter().take_while(|line| is_option(line)).count());
        let option = |name: &str| options.iter().find_map(|line| line.trim_start().strip_prefix(name)).map(str::trim);
        let filled = |line: &&str| !line.is_empty();
        let (Some(first), Some(last)) = (lines.iter().position(filled), lines.iter().rposition(filled)) else {
            return;
        };
        let margin = lines.iter().copied().filter(filled).map(|line| line.len() - line.trim_start().len()).min();
        let block: Vec<&str> =
            lines[first..=last].iter().map(|line| line.get(margin.unwrap_or(0)..).unwrap_or("")).collect();
        if let Some(title) = option(":title:") {
            self.separate();
            self.out.push_str(&inline(&format!("{title}:\n")));
        }
        self.separate();
        if option(":annotated:").is_some() {
            self.out.push_str(&markdown(&block.join("\n")));
        } else {
            self.out.push_str(&format!("```text\n{}\n```", block.join("\n")));
        }
        self.out.push_str("\n\n");
    }

    fn finish(mut self) -> String {
        self.end_literal();
        self.flush();
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}

/// Whether a line begins a paragraph that must be kept as it stands: a table, or messages on the wire.
fn starts_verbatim(text: &str) -> bool {
    let starts = ["-> ", "<- ", "+--", "+==", "```", "~~~"];
    starts.iter().any(|start| text.starts_with(start)) || (text.starts_with("==") && text.contains(' '))
}

/// Whether a line is an option of a directive.
fn is_option(line: &str) -> bool {
    line.trim_start().strip_prefix(':').is_some_and(|option| option.contains(':'))
}

/// Whether a line underlines a heading.
fn is_underline(text: &str) -> bool {
    text.len() > 2 && ['=', '-', '~', '^'].iter().any(|mark| text.chars().all(|c| c == *mark))
}

/// The width of a list item's marker with the space after it; 0 if there is none.
fn marker_width(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match &text.as_bytes()[digits..] {
        [b'.' | b')', ..] if (1..=9).contains(&digits) => digits + 1,
        [b'-' | b'*' | b'+', ..] if digits == 0 => 1,
        _ => return 0,
    };
    let spaces = text[marker..].bytes().take_while(|byte| *byte == b' ').count();
    if spaces == 0 { 0 } else { marker + spaces.min(4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_markdown() {
        for (rest, expected) in [
            ("One::\n\n    code [x]\n      more\n\nTwo", "One:\n\n```text\ncode [x]\n  more\n```\n\nTwo"),
            ("- a\n  b\n- c\n\nd", "- a\n  b\n- c\n\nd"),
            ("Head\n\n    quoted text", "Head\n\nquoted text"),
            ("-> { \"execute\": 1 }\n<- {}", "```text\n-> { \"execute\": 1 }\n<- {}\n```"),
            (".. note:: Mind [this]\n   gap.", "**Note:** Mind \\[this\\]\ngap."),
            (".. qmp-example::\n    :title: Stop\n\n    -> {}", "Stop:\n\n```text\n-> {}\n```"),
            (".. qmp-example::\n    :annotated:\n\n    Do::\n\n     -> {}", "Do:\n\n```text\n-> {}\n```"),
            (".. _label:\n\na\n\n.. remark\n   on\n\nb", "a\n\nb"),
            ("1) one\n\n   still\n\n2) two", "1) one\n\n   still\n\n2) two"),
            ("+---+\n| a |\n+---+\n\nb", "```text\n+---+\n| a |\n+---+\n```\n\nb"),
        ] {
            assert_eq!(markdown(rest), expected, "{rest}");
        }
    }
}
