//! A transcript file as steps.

use super::escape::unescape;
use super::pattern::Pattern;
use crate::{Failure, Outcome};

/// One step of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `-> BYTES`: send them.
    Send(Vec<u8>),
    /// `<- JSON`: this message comes next.
    Expect(Pattern),
    /// `<~ JSON`: this message is among the next; lines of this kind that follow each other may be met in any order.
    ExpectAmong(Vec<Pattern>),
    /// `== reconnect`: close, and go on as the next client.
    Reconnect,
    /// `== half-close`: shut down the writing side.
    HalfClose,
    /// `== end`: the monitor closes, with nothing more sent before.
    ExpectEnd,
}

/// A step and the number of its line, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedStep {
    /// Where it stands.
    pub line: usize,
    /// What is to be done.
    pub step: Step,
}

/// Reads a transcript. Empty lines and lines that start with `#` mean nothing.
///
/// # Errors
/// If a line is none of the above.
pub fn parse(text: &str) -> Outcome<Vec<NumberedStep>> {
    let mut steps = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let meaning = parse_line(line).map_err(|failure| Failure::new(format!("line {}: {failure}", index + 1)))?;
        if let Some(step) = meaning {
            push(&mut steps, NumberedStep { line: index + 1, step });
        }
    }
    Ok(steps)
}

fn push(steps: &mut Vec<NumberedStep>, next: NumberedStep) {
    match (steps.last_mut(), next) {
        (
            Some(NumberedStep { step: Step::ExpectAmong(before), .. }),
            NumberedStep { step: Step::ExpectAmong(more), .. },
        ) => before.extend(more),
        (_, next) => steps.push(next),
    }
}

fn parse_line(line: &str) -> Outcome<Option<Step>> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (sign, rest) = line.split_once(' ').unwrap_or((line, ""));
    match (sign, rest) {
        ("->", bytes) => Ok(Some(Step::Send(unescape(bytes)?))),
        ("<-", message) => Ok(Some(Step::Expect(Pattern::parse(message)?))),
        ("<~", message) => Ok(Some(Step::ExpectAmong(vec![Pattern::parse(message)?]))),
        ("==", "reconnect") => Ok(Some(Step::Reconnect)),
        ("==", "half-close") => Ok(Some(Step::HalfClose)),
        ("==", "end") => Ok(Some(Step::ExpectEnd)),
        (_, _) => Err(Failure::new(format!("neither ->, <-, <~, ==, # nor empty: {line}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read_and_numbered() {
        let steps =
            parse("# a comment\n\n-> {}\\x0a\n<- {\"error\": ...}\n== half-close\n== end\n== reconnect\n").unwrap();
        assert_eq!(steps.iter().map(|step| step.line).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        assert_eq!(steps[0].step, Step::Send(b"{}\n".to_vec()));
        assert_eq!(steps[4].step, Step::Reconnect);
    }

    #[test]
    fn messages_in_any_order_are_one_step() {
        let steps = parse("<~ 1\n<~ 2\n<- 3\n<~ 4").unwrap();
        assert_eq!(steps.iter().map(|step| step.line).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(matches!(&steps[0].step, Step::ExpectAmong(patterns) if patterns.len() == 2));
    }

    #[test]
    fn another_line_is_an_error_with_its_number() {
        assert!(parse("-> a\n=> b").unwrap_err().to_string().starts_with("line 2:"));
        assert!(parse("<- {").is_err());
    }
}
