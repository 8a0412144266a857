//! Random values and random bytes.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Number;

use super::super::super::dialect::to_strict;
use super::super::super::framer::{Frame, Framer};
use super::strict::strict_arguments;
use super::transcripts::answers;
use super::*;

fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        proptest::sample::select(vec!['\'', '"', '\\', '/', '\n', '\u{1}', '\u{7f}', 'é', '😀', '{', '}', ' ']),
        any::<char>().prop_filter("a character", |&char| crate_is_character(char)),
    ]
}

fn crate_is_character(char: char) -> bool {
    super::super::super::noncharacter::is_character(char)
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(character(), 0..8).prop_map(String::from_iter)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite, not -0", |number| {
            Number::from_f64(number).filter(|_| number != 0.0).map(Value::Number)
        }),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Writes values in QMP's dialect, with every freedom that it gives, taken by a stream of choices.
struct Writer<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    out: String,
}

impl Writer<'_> {
    fn choose(&mut self, among: u8) -> u8 {
        self.choices.next().map_or(0, |choice| choice % among)
    }

    fn blank(&mut self) {
        let blanks = ["", " ", "", "\n", "\t ", "\r\n", "", "  "];
        let choice = usize::from(self.choose(8));
        self.out.push_str(blanks[choice]);
    }

    fn punctuation(&mut self, mark: char) {
        self.blank();
        self.out.push(mark);
        self.blank();
    }

    fn string(&mut self, text: &str) {
        let quote = if self.choose(2) == 0 { '"' } else { '\'' };
        self.out.push(quote);
        for char in text.chars() {
            let must_escape = char == quote || char == '\\' || char < ' ';
            match (must_escape, self.choose(4)) {
                (_, 0) => char.encode_utf16(&mut [0; 2]).iter().for_each(|unit| self.out += &format!("\\u{unit:04x}")),
                (true, _) if char < ' ' => self.out += &format!("\\u{:04X}", u32::from(char)),
                (true, _) => self.out.extend(['\\', char]),
                (false, 1) if matches!(char, '/' | '\'' | '"') => self.out.extend(['\\', char]),
                (false, _) => self.out.push(char),
            }
        }
        self.out.push(quote);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.out += &value.to_string(),
            Value::String(text) => self.string(text),
            Value::Array(elements) => {
                self.bracketed(['[', ']'], elements.iter(), |writer, element| writer.value(element))
            }
            Value::Object(members) => self.bracketed(['{', '}'], members.iter(), |writer, (name, member)| {
                writer.string(name);
                writer.punctuation(':');
                writer.value(member);
            }),
        }
    }

    fn bracketed<T>(&mut self, [open, close]: [char; 2], items: impl Iterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.punctuation(open);
        for (place, item) in items.enumerate() {
            if place > 0 {
                self.punctuation(',');
            }
            write(self, item);
        }
        self.punctuation(close);
    }
}

fn written(value: &Value, choices: &[u8]) -> String {
    let mut writer = Writer { choices: choices.iter().cycle(), out: String::new() };
    writer.value(value);
    writer.out
}

fn only_request(input: &str, chunk: usize) -> ParsedRequest {
    let mut framer = Framer::default();
    input.as_bytes().chunks(chunk).for_each(|chunk| framer.push(Bytes::copy_from_slice(chunk)));
    match (framer.next(), framer.next(), framer.finish()) {
        (Some(Frame::Request(members)), None, None) => members.into(),
        other => panic!("not one request: {other:?}"),
    }
}

/// QMP's JSON, or nearly: a value with some bytes of it replaced.
fn nearly_json() -> impl Strategy<Value = String> {
    let damage =
        proptest::collection::vec((any::<proptest::sample::Index>(), "[\\[\\]{}:,\"'\\\\u0-9eE.+\\- tn]{0,2}"), 0..3);
    (value(), proptest::collection::vec(any::<u8>(), 1..50), damage).prop_map(|(value, choices, damage)| {
        let mut text = written(&value, &choices);
        for (place, replacement) in damage {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = *place.get(&places);
            let end = text[at..].chars().next().map_or(at, |char| at + char.len_utf8());
            text.replace_range(at..end, &replacement);
            if text.is_empty() {
                text.push('0');
            }
        }
        text
    })
}

proptest! {
    #[test]
    fn any_value_in_any_quoting_comes_through(
        value in value(),
        choices in proptest::collection::vec(any::<u8>(), 1..50),
        chunk in 1..100_usize,
    ) {
        let request = serde_json::json!({"execute": "x", "arguments": {"v": value}, "id": value});
        let parsed = only_request(&written(&request, &choices), chunk);
        let mut arguments = match parsed.request {
            Ok(request) => request.arguments,
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let id = parsed.id.unwrap();
        prop_assert!(id.as_str().bytes().all(|byte| (b' '..0x7f).contains(&byte)));
        prop_assert_eq!(&serde_json::from_str::<Value>(id.as_str()).unwrap(), &value);
        match &value {
            Value::Array(_) => {
                prop_assert_eq!(arguments.required::<Vec<Value>>("v").map(Value::from), Ok(value));
            }
            Value::Object(_) => prop_assert_eq!(arguments.required::<Value>("v"), Ok(value)),
            Value::String(text) => prop_assert_eq!(&arguments.required::<String>("v"), &Ok(text.clone())),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn values_are_what_the_json_crate_makes_of_them_and_refused_where_it_refuses(
        text in prop_oneof![nearly_json(), "[\\[{][\\[\\]{}:,\"\\\\au0-9eE.+\\- ]{0,12}[\\]}]", "-?[0-9]{0,22}[.eE+-]{0,2}[0-9]{0,4}"],
    ) {
        // The one escape that QMP has and JSON has not.
        prop_assume!(!text.contains(r"\'"));
        let request = format!(r#"{{"execute": "x", "arguments": {{"v": [{text}]}}}}"#);
        let expected = strict_arguments(&to_strict(request.as_bytes()));
        let arguments = parse_request(request.as_bytes()).request.ok().map(|mut request| request.arguments.take_all());
        prop_assert_eq!(arguments, expected, "{}", text);
    }

    #[test]
    fn garbage_never_panics_and_the_next_valid_command_is_answered(
        garbage in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let input = [&garbage[..], b"\xff\n{\"execute\": \"valid\"}"].concat();
        prop_assert_eq!(answers(&[&input]).pop(), Some("valid".to_owned()));
    }

    #[test]
    fn what_the_value_parser_refuses_is_explained(text in "[{][\\[\\]{}:,\"\\\\ae0-9.+ -]{0,40}[}]") {
        for answer in answers(&[text.as_bytes()]) {
            prop_assert!(!answer.ends_with("invalid value"), "{} for {}", answer, text);
        }
    }

    #[test]
    fn what_is_accepted_has_no_mistake_to_explain(text in "([{]\"a\":[0-9.e+-]{1,4}[}]|[{]\"\\\\\\PC{1,3}\":1[}])") {
        let bad = answers(&[text.as_bytes()]).iter().any(|answer| answer.starts_with("!JSON"));
        let explained = crate::parser::diagnose::diagnose(&to_strict(text.as_bytes())).is_some();
        prop_assert_eq!(bad, explained, "{}", text);
    }
}
