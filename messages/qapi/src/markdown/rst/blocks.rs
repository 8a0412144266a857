//! The blocks of a text: paragraphs, literal blocks, list items, directives.

/// A block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block<'t> {
    Paragraph(String),
    /// Lines that stay lines (`| line`).
    Lines(Vec<&'t str>),
    Literal {
        language: String,
        lines: Vec<&'t str>,
    },
    /// An item of a list; its marker is Markdown's.
    Item {
        marker: &'t str,
        blocks: Vec<Block<'t>>,
    },
    /// A term and what it means.
    Term {
        term: &'t str,
        blocks: Vec<Block<'t>>,
    },
    Admonition {
        title: String,
        blocks: Vec<Block<'t>>,
    },
}

impl Block<'_> {
    /// Whether no empty line is needed between it and a neighbour of its kind.
    pub(super) fn is_short_item(&self) -> bool {
        match self {
            Self::Item { blocks, .. } => blocks.len() <= 1,
            Self::Paragraph(_)
            | Self::Lines(_)
            | Self::Literal { .. }
            | Self::Term { .. }
            | Self::Admonition { .. } => false,
        }
    }
}

/// The blocks of these lines.
pub(super) fn read<'t>(lines: &[&'t str]) -> Vec<Block<'t>> {
    let lines = dedented(lines);
    let mut reader = Reader { lines: &lines, blocks: Vec::new() };
    while let Some(line) = reader.lines.first() {
        reader.block(line);
    }
    reader.blocks
}

/// The lines moved to the left as far as all of them can be.
pub(super) fn dedented<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let margin = lines.iter().filter(|line| !line.is_empty()).map(|line| indent(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(margin..).unwrap_or("")).collect()
}

struct Reader<'l, 't> {
    lines: &'l [&'t str],
    blocks: Vec<Block<'t>>,
}

impl<'l, 't> Reader<'l, 't> {
    fn block(&mut self, line: &'t str) {
        if line.is_empty() {
            self.lines = &self.lines[1..];
        } else if indent(line) > 0 {
            let inner = self.take_while(|line| line.is_empty() || indent(line) > 0);
            self.blocks.extend(read(inner));
        } else if let Some(directive) = line.strip_prefix(".. ") {
            self.directive(directive);
        } else if let Some((marker, width)) = item_marker(line) {
            self.item(marker, width);
        } else if is_ruler(line) {
            let lines = self.take_while(|line| !line.is_empty()).to_vec();
            self.blocks.push(Block::Literal { language: String::new(), lines });
        } else if line.starts_with("| ") {
            let lines = self.take_while(|line| line.starts_with("| "));
            self.blocks.push(Block::Lines(lines.iter().map(|line| line[2..].trim()).collect()));
        } else {
            self.paragraph();
        }
    }

    /// Takes lines off as long as they are so.
    fn take_while(&mut self, belongs: impl Fn(&str) -> bool) -> &'l [&'t str] {
        let count = self.lines.iter().position(|line| !belongs(line)).unwrap_or(self.lines.len());
        self.take(count)
    }

    fn take(&mut self, count: usize) -> &'l [&'t str] {
        let (taken, rest) = self.lines.split_at(count);
        self.lines = rest;
        taken
    }

    /// The lines below one: all that are further to the right, empty ones among them.
    fn take_below(&mut self) -> Vec<&'t str> {
        dedented(self.take_while(|line| line.is_empty() || indent(line) > 0))
    }

    fn item(&mut self, marker: &'t str, width: usize) {
        let first = self.take(1)[0];
        let mut inner = vec![&first[width..]];
        inner.extend(self.take_below());
        self.blocks.push(Block::Item { marker, blocks: read(&inner) });
    }

    fn paragraph(&mut self) {
        // Text may go on to the right of its first line, a list may follow it at once.
        let first = self.take(1);
        let go_on = |line: &str| {
            let is_item = line.trim_start().starts_with("- ") || line.trim_start().starts_with("* ");
            !line.is_empty() && !is_item
        };
        if self.is_term(first[0]) {
            let blocks = read(&self.take_below());
            self.blocks.push(Block::Term { term: first[0], blocks });
            return;
        }
        let mut text: Vec<&str> = first.to_vec();
        if !first[0].ends_with("::") {
            text.extend(self.take_while(go_on).iter().map(|line| line.trim()));
        }
        let text = text.join("\n");
        let Some(before_literal) = text.strip_suffix("::") else {
            self.blocks.push(Block::Paragraph(text));
            return;
        };
        match before_literal {
            "" => {}
            _ if before_literal.ends_with(char::is_whitespace) => {
                self.blocks.push(Block::Paragraph(before_literal.trim_end().to_owned()));
            }
            _ => self.blocks.push(Block::Paragraph(format!("{before_literal}:"))),
        }
        self.literal("");
    }

    /// A few words with text to their right below them; a longer line is text that goes on, indented by accident.
    fn is_term(&self, line: &str) -> bool {
        let few_words = line.split(' ').count() <= 3 && !line.ends_with([',', '.', ':']);
        few_words && self.lines.first().is_some_and(|below| indent(below) > 0)
    }

    fn literal(&mut self, language: &str) {
        let lines = self.take_below();
        if lines.iter().any(|line| !line.is_empty()) {
            self.blocks.push(Block::Literal { language: language.to_owned(), lines });
        }
    }

    /// `.. name:: argument` and what is below; a comment or a target when there is no `::`.
    fn directive(&mut self, text: &'t str) {
        self.take(1);
        let Some((name, argument)) = text.split_once("::").filter(|(name, _)| !name.contains(' ')) else {
            self.take_below();
            return;
        };
        let argument = argument.trim();
        match name {
            "code-block" | "code" | "sourcecode" => self.options_then_literal(argument),
            "note" | "warning" | "important" | "tip" | "hint" | "caution" | "attention" | "danger" | "seealso" => {
                self.admonition(&title_of(name), argument);
            }
            "admonition" => self.admonition(argument, ""),
            "deprecated" => self.admonition(&format!("Deprecated since {argument}"), ""),
            "versionadded" => self.admonition(&format!("New in {argument}"), ""),
            "versionchanged" => self.admonition(&format!("Changed in {argument}"), ""),
            _ => self.options_then_literal(""),
        }
    }

    fn admonition(&mut self, title: &str, first: &'t str) {
        let mut inner = vec![first];
        inner.extend(self.take_below());
        self.blocks.push(Block::Admonition { title: title.to_owned(), blocks: read(&inner) });
    }

    /// `:option: value` lines say how to show the block; a title is kept.
    fn options_then_literal(&mut self, language: &str) {
        let options = self.take_while(|line| line.trim_start().starts_with(':'));
        let title = options.iter().find_map(|line| line.trim().strip_prefix(":title:"));
        self.blocks.extend(title.map(|title| Block::Paragraph(format!("{}:", title.trim()))));
        self.literal(language);
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn title_of(directive: &str) -> String {
    match directive {
        "seealso" => "See also".to_owned(),
        _ => directive[..1].to_uppercase() + &directive[1..],
    }
}

/// Markdown's marker for a line that begins an item, and the width of its own.
fn item_marker(line: &str) -> Option<(&str, usize)> {
    let marker = line.split(' ').next()?;
    let rest = &line[marker.len()..];
    let width = marker.len() + indent(rest);
    if rest.is_empty() {
        return None;
    }
    match marker {
        "-" | "*" | "+" => Some(("-", width)),
        "#." => Some(("1.", width)),
        _ => {
            let number = marker.strip_suffix('.').or_else(|| marker.strip_suffix(')'))?;
            let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some((marker, width))
        }
    }
}

/// The first line of a table: `=====  =====` or `+----+----+`.
fn is_ruler(line: &str) -> bool {
    line.len() > 3 && line.bytes().all(|byte| matches!(byte, b'=' | b'+' | b'-' | b' ')) && line.contains("==")
        || line.starts_with("+--")
}
