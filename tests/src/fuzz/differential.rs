//! The bytes of a session before its negotiation, to QEMU and to a monitor of ours in this process.
//!
//! No command is executed but `qmp_capabilities`, and input that has it is left out: what a fuzzer comes to ask, a QEMU
//! would do, such as run a program or write a file.

use serde_json::Value;

use super::session::{is_for_garbage, messages, output_for};
use crate::differential::answer::Answer;
use crate::{Launch, Outcome, Product, Program, QmpClient};

/// Ends a number or a word, resets the parser wherever it is, and asks for an answer that can't be missed.
const MARKER: &[u8] = b"\n\xff{\"execute\": \"marker\", \"id\": \"marker\"}";
/// Besides negotiation: what the series has and QEMU has no more, and zeros with an exponent, which QEMU does not know.
const LEFT_OUT: [&[u8]; 4] = [b"qmp_capa", b"control", b"0e", b"0E"];
const SYNTAX: &str = "an error of syntax";
const MARKER_ID: &str = r#""marker""#;

thread_local! {
    static QEMU: Program = start().expect("QEMU starts");
}

/// Up to the first error of syntax both answer alike, and behind it both answer the next valid command.
///
/// # Panics
/// If not, or if QEMU is not installed.
pub fn differential(data: &[u8]) {
    if LEFT_OUT.iter().any(|word| memchr::memmem::find(data, word).is_some()) {
        return;
    }
    let input = [data, MARKER].concat();
    let reference = QEMU.with(|qemu| ask(qemu, &input)).expect("QEMU answers");
    let output = output_for(&input);
    let ours: Vec<_> = messages(&output).skip(1).map(Answer::read).collect();
    assert_eq!(ours.last(), reference.last(), "the last answer, ours and QEMU's, for {}", data.escape_ascii());
    if !ours.iter().any(is_out_of_range) {
        assert_eq!(comparable(&ours), comparable(&reference), "ours, QEMU's, for {}", data.escape_ascii());
    }
}

/// QEMU takes such a number for infinite.
fn is_out_of_range(answer: &Answer) -> bool {
    matches!(answer, Answer::Error { description, .. } if description.contains("number out of range"))
}

fn start() -> Outcome<Program> {
    Launch::new(Product::Qemu).argument("-sandbox").argument("on,spawn=deny").start()
}

fn ask(qemu: &Program, input: &[u8]) -> Outcome<Vec<Answer>> {
    let mut client: QmpClient = qemu.client(0)?;
    client.greeting()?;
    client.send(input)?;
    let mut answers = Vec::new();
    while !answers.last().is_some_and(|answer: &Answer| answer.has_id(MARKER_ID)) {
        answers.push(Answer::read(&client.next_line()?));
    }
    Ok(answers)
}

/// What both must have in common: the answers up to an error of syntax. Behind it one error for one mistake is ours to decide.
fn comparable(answers: &[Answer]) -> Vec<String> {
    let mut told = Vec::new();
    for answer in answers {
        match answer {
            // QEMU takes `0"a"` for two values and `2@` for one and a mistake; here each is one mistake.
            Answer::Error { description, .. } if is_for_garbage(description) => {
                told.push(SYNTAX.to_owned());
                break;
            }
            // QEMU names one of several mistakes by chance.
            Answer::Error { description, id, .. } if description.starts_with("QMP input ") => {
                told.push(format!("a wrong request {}", number_read(id.as_deref())));
            }
            Answer::Error { class, description, id } => {
                told.push(format!("{class} {description} {}", number_read(id.as_deref())));
            }
            // QEMU reads a number that is too large for a double, and writes what is not JSON.
            Answer::Unreadable(_) => {
                told.push(SYNTAX.to_owned());
                break;
            }
            Answer::Return { .. } | Answer::Event(_) => told.push(answer.to_string()),
        }
    }
    told
}

/// An `id` whose numbers are doubles: QEMU writes them anew, here they come back as they were sent.
fn number_read(id: Option<&str>) -> String {
    let Some(id) = id else { return String::new() };
    match serde_json::from_str::<Value>(id) {
        Ok(value) => doubles(value).to_string(),
        Err(_) => id.to_owned(),
    }
}

fn doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, |double| Value::from(double + 0.0)),
        Value::Array(elements) => elements.into_iter().map(doubles).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, doubles(member))).collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}
