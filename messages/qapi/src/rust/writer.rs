//! Rust text, laid out as rustfmt does by default.

use std::fmt::{self, Write};

/// rustfmt's `max_width`.
const MAX_WIDTH: usize = 100;

/// rustfmt's `fn_call_width` and `array_width`.
const LIST_WIDTH: usize = 60;

/// rustfmt's `struct_lit_width`.
const LITERAL_WIDTH: usize = 18;

/// Text that grows line by line.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    /// A line of code.
    pub(super) fn line(&mut self, line: impl fmt::Display) {
        let start = self.text.len();
        let _ = writeln!(self.text, "{:width$}{line}", "", width = self.depth * 4);
        if self.text[start..].trim_start().is_empty() {
            self.text.truncate(start);
            self.text.push('\n');
        }
    }

    /// An empty line, unless it would come first in a block.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("{\n") && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// `HEAD {`, what `body` writes, `}`; or `HEAD {}` if that is nothing.
    pub(super) fn block(&mut self, head: impl fmt::Display, body: impl FnOnce(&mut Self)) {
        self.enclosed(format_args!("{head} {{"), body, "}");
    }

    /// A line that opens, what `body` writes one level deeper, a line that closes.
    pub(super) fn enclosed(&mut self, open: impl fmt::Display, body: impl FnOnce(&mut Self), close: &str) {
        self.line(open);
        let start = self.text.len();
        self.indented(body);
        if self.text.len() == start {
            self.text.pop();
            let _ = writeln!(self.text, "{close}");
        } else {
            self.line(close);
        }
    }

    /// `HEAD(ITEMS)TAIL` or any other list, on one line if rustfmt would write it so.
    pub(super) fn list(&mut self, open: &str, items: &[String], close: &str) {
        let width = items.iter().map(|item| item.len() + 2).sum::<usize>().saturating_sub(2);
        if width <= LIST_WIDTH {
            if self.depth * 4 + open.len() + width + close.len() <= MAX_WIDTH {
                return self.line(format_args!("{open}{}{close}", items.join(", ")));
            }
            if let Some((left, open)) = open.split_once(" = ") {
                self.line(format_args!("{left} ="));
                return self.indented(|w| w.line(format_args!("{open}{}{close}", items.join(", "))));
            }
        }
        self.enclosed(open, |w| items.iter().for_each(|item| w.line(format_args!("{item},"))), close);
    }

    /// `HEAD { FIELDS } CLOSE`, on one line if rustfmt would write it so.
    pub(super) fn literal(&mut self, head: &str, fields: &[String], close: &str) {
        if fields.iter().map(|field| field.len() + 2).sum::<usize>() <= LITERAL_WIDTH + 2 {
            return self.line(format_args!("{head} {{ {} }}{close}", fields.join(", ")));
        }
        let end = format!("}}{close}");
        self.enclosed(
            format_args!("{head} {{"),
            |w| fields.iter().for_each(|field| w.line(format_args!("{field},"))),
            &end,
        );
    }

    /// A list of pairs, each on lines of its own if rustfmt would write it so.
    pub(super) fn pairs(&mut self, open: &str, pairs: &[[String; 2]], close: &str) {
        let flat: Vec<String> = pairs.iter().map(|[left, right]| format!("{left}, {right}")).collect();
        if flat.iter().all(|pair| pair.len() <= LIST_WIDTH) {
            let flat: Vec<String> = flat.iter().map(|pair| format!("({pair})")).collect();
            return self.list(open, &flat, close);
        }
        self.enclosed(open, |w| pairs.iter().for_each(|pair| w.list("(", pair, "),")), close);
    }

    /// `let VARIABLE = VALUE;`, on two lines if rustfmt would write it so.
    pub(super) fn variable(&mut self, variable: &str, value: &str) {
        let head = format!("let {variable} =");
        // With the space and the semicolon, and the one place more that rustfmt keeps free for a `?`.
        if self.depth * 4 + head.len() + value.len() + 3 < MAX_WIDTH {
            return self.line(format_args!("{head} {value};"));
        }
        self.line(head);
        self.indented(|w| w.line(format_args!("{value};")));
    }

    /// A function, its parameters on lines of their own if rustfmt would write it so.
    pub(super) fn function(&mut self, open: &str, parameters: &[String], close: &str, body: impl FnOnce(&mut Self)) {
        let head = format!("{open}{}{close}", parameters.join(", "));
        if self.depth * 4 + head.len() + 2 <= MAX_WIDTH {
            return self.block(head, body);
        }
        self.line(open);
        self.indented(|w| parameters.iter().for_each(|parameter| w.line(format_args!("{parameter},"))));
        self.block(close, body);
    }

    /// What `body` writes, one level deeper.
    pub(super) fn indented(&mut self, body: impl FnOnce(&mut Self)) {
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    /// An arm of a `match`, its expression in a block if rustfmt would write it so.
    pub(super) fn arm(&mut self, pattern: &str, expression: &str) {
        let left = MAX_WIDTH - self.depth * 4;
        if pattern.len() + expression.len() + 5 <= left {
            return self.line(format_args!("{pattern} => {expression},"));
        }
        let Some((before, last)) = pattern.rsplit_once(" | ").filter(|_| pattern.len() + 5 > left) else {
            return self.block(format_args!("{pattern} =>"), |w| w.line(expression));
        };
        for (index, alternative) in before.split(" | ").enumerate() {
            self.line(format_args!("{}{alternative}", if index == 0 { "" } else { "| " }));
        }
        self.arm(&format!("| {last}"), expression);
    }

    /// A documentation comment.
    pub(super) fn doc(&mut self, markdown: &str) {
        for line in markdown.trim_end().lines() {
            let space = if line.is_empty() { "" } else { " " };
            self.line(format_args!("///{space}{}", line.trim_end()));
        }
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}
