//! Sends a case to a program and tells what came of it, in one line of text.

use super::answer::Answer;
use super::case::{Case, Ending};
use crate::transcript::Writes;
use crate::transcript::escape::unescape;
use crate::{Launch, Outcome, Product, Program, QmpClient};

const MARKER: &str = r#"{"execute": "query-version", "id": "and-then"}"#;
const MARKER_ID: &str = r#""and-then""#;

/// A program that is asked one case after the other, each in a session of its own.
#[derive(Debug)]
pub struct Respondent {
    launch: Launch,
    program: Program,
}

impl Respondent {
    /// Starts the program.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(product: Product) -> Outcome<Self> {
        let launch = Launch::new(product);
        Ok(Self { program: launch.start()?, launch })
    }

    /// Sends one case and then a valid command, and gives the answers to the case, joined by ` | `. That the valid
    /// command was not answered is told at the end; a program that died of the case is started anew.
    ///
    /// # Errors
    /// If there is no program to ask, which is nothing that a case could have caused.
    pub fn ask(&mut self, case: &Case, writes: Writes) -> Outcome<String> {
        let client = match case.session.enable() {
            Some(enable) => self.program.session(enable)?,
            None => {
                let mut client = self.program.client(0)?;
                client.greeting()?;
                client
            }
        };
        let reaction = react(client, case, writes)?;
        if self.program.has_ended()?.is_some() {
            self.program = self.launch.start()?;
            return Ok(format!("{reaction} | and the program ended"));
        }
        Ok(reaction)
    }
}

fn react(mut client: QmpClient, case: &Case, writes: Writes) -> Outcome<String> {
    let mut request = unescape(&case.request)?;
    match case.ending {
        Ending::AtRest => {}
        Ending::Open => request.push(0xff),
    }
    let mut told = Vec::new();
    let sent = match writes {
        Writes::Whole => client.send(&request),
        Writes::ByteByByte => client.send_byte_by_byte(&request),
    };
    if sent.and_then(|()| client.send(MARKER)).is_err() {
        told.push("the connection broke".to_owned());
    }
    loop {
        let Ok(line) = client.next_line() else {
            told.push("the valid command was not answered".to_owned());
            break;
        };
        let answer = Answer::read(&line);
        if answer.has_id(MARKER_ID) {
            break;
        }
        told.push(answer.to_string());
    }
    Ok(if told.is_empty() { "nothing".to_owned() } else { folded(&told).join(" | ") })
}

/// Equal answers in a row told once, with their number: QEMU answers some mistakes a thousand times.
fn folded(told: &[String]) -> Vec<String> {
    told.chunk_by(|one, next| one == next)
        .map(|equal| match equal {
            [one] => one.clone(),
            more => format!("{} times {}", more.len(), more[0]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_in_a_row_are_told_once() {
        let told = ["a", "b", "b", "b", "a"].map(str::to_owned);
        assert_eq!(folded(&told), ["a", "3 times b", "a"]);
    }
}
