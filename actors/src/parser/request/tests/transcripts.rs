//! What a client reads for what it sends: the framer and the request parser together.

use bytes::Bytes;

use super::super::super::framer::Framer;
use super::*;

const VALID: &str = r#"{"execute": "valid", "id": "next"}"#;

/// What is read until the end of the input.
pub(super) fn parsed(chunks: &[&[u8]]) -> Vec<ParsedRequest> {
    let mut framer = Framer::default();
    let mut all = Vec::new();
    for chunk in chunks {
        framer.push(Bytes::copy_from_slice(chunk));
        all.extend(std::iter::from_fn(|| framer.next()).map(ParsedRequest::from));
    }
    all.extend(framer.finish().map(|error| ParsedRequest::from(Frame::error(error))));
    all
}

/// One line per answer: a command's name, or `!` and what is wrong.
pub(super) fn answers(chunks: &[&[u8]]) -> Vec<String> {
    parsed(chunks).into_iter().map(answer_to).collect()
}

fn answer_to(parsed: ParsedRequest) -> String {
    match parsed.request {
        Ok(request) => request.command,
        Err(error) => format!("!{}", error.desc()),
    }
}

/// `input` makes these errors, then the next valid command is answered; the same for every way to cut
/// it in two, byte by byte, and with a line's end before the valid command.
#[track_caller]
fn transcript(input: &[u8], errors: &[&str]) {
    let mut expected: Vec<String> = errors.iter().map(|error| format!("!{error}")).collect();
    expected.push("valid".into());
    for line_end in ["", "\r\n"] {
        let all = [input, line_end.as_bytes(), VALID.as_bytes()].concat();
        let shown = String::from_utf8_lossy(input);
        for at in 0..all.len() {
            let (head, tail) = all.split_at(at);
            assert_eq!(answers(&[head, tail]), expected, "{shown} split at {at}");
        }
        let bytes: Vec<&[u8]> = all.chunks(1).collect();
        assert_eq!(answers(&bytes), expected, "{shown} byte by byte");
    }
}

const DICT_SEPARATOR: &str = "JSON parse error, expected separator in dict";
const EXPECTING: &str = "JSON parse error, expecting value";
const STRAY: &str = "JSON parse error, stray '\u{fffd}'";
const NO_OBJECT: &str = "QMP input must be a JSON object";

#[test]
fn an_impossible_byte_is_one_error_everywhere_and_the_next_valid_command_is_answered() {
    transcript(b"\xff", &[STRAY]);
    transcript(b"\xff\xff", &[STRAY]);
    transcript(b"{\xff", &[STRAY]);
    transcript(b"{#", &["JSON parse error, stray '#'"]);
    transcript(b"{\"execute\": @", &["JSON parse error, stray '@'"]);
    transcript(b"{\xff\xff", &[STRAY]);
    transcript(b"[\xff", &[STRAY]);
    transcript(b"{{{{\xff", &[STRAY]);
    transcript(b"{\"execute\": \xff", &[STRAY]);
    transcript(b"{\"execute\": tr\xff", &[STRAY]);
    transcript(b"{\"execute\": 12\xff", &[STRAY]);
    transcript(b"nu\xff", &[STRAY]);
    transcript(b"{\"a\xff", &["JSON parse error, stray '\"a\u{fffd}'"]);
    transcript(b"{'bad \xff", &["JSON parse error, stray ''bad \u{fffd}'"]);
    transcript(b"{'bad \xfe", &["JSON parse error, stray ''bad \u{fffd}'"]);
    transcript(b"\"\\\xff", &["JSON parse error, stray '\"\\\u{fffd}'"]);
    transcript(b"{\"a\":{\xff}}", &[STRAY]);
    transcript(b"{]\xff", &[EXPECTING]);
    transcript(b"\x80", &[STRAY]);
    transcript(b"{\x80", &[STRAY]);
    transcript("é ü".as_bytes(), &[STRAY]);
    transcript("\u{feff}".as_bytes(), &[STRAY]);
    transcript("{\"a\":\u{feff}1}".as_bytes(), &[STRAY]);
}

#[test]
fn ff_forces_a_known_good_state_and_the_next_valid_command_is_answered() {
    transcript(b"{\"a\": [\"x\xff hello\n", &["JSON parse error, stray '\"x\u{fffd}'"]);
    transcript(b"{\x01 [[[[\xff\n", &["JSON parse error, stray '\\u0001'"]);
    transcript(b"{\x01 \"a\":\xff", &["JSON parse error, stray '\\u0001'"]);
    transcript(b"\xff\n\xff\n", &[STRAY, STRAY]);
}

#[test]
fn a_control_character_is_one_error_and_the_next_valid_command_is_answered() {
    transcript(b"\x01", &["JSON parse error, stray '\\u0001'"]);
    transcript(b"\0", &["JSON parse error, stray '\\u0000'"]);
    transcript(b"{\x01", &["JSON parse error, stray '\\u0001'"]);
    transcript(b"{\x01}", &["JSON parse error, stray '\\u0001'"]);
    transcript(b"{\n\n\x0b\x0b\x0b", &["JSON parse error, stray '\\u000B'"]);
    transcript(b"\x7f", &["JSON parse error, stray '\\u007F'"]);
    transcript(b"{'execute': 'nonexistent', 'id':'\n", &["JSON parse error, stray ''\\n'"]);
    transcript(b"{\"execute\": \"a\tb\"}", &["JSON parse error, stray '\"a\\t'"]);
    transcript(b"\"\\\n\"", &["JSON parse error, stray '\"\\\\n'"]);
    transcript(b"{'a\n':1}", &["JSON parse error, stray ''a\\n'"]);
}

#[test]
fn the_rest_of_a_damaged_request_is_no_new_mistake_and_nothing_in_it_is_executed() {
    let tab = "JSON parse error, stray '\"a\\t'";
    transcript(b"{\"execute\":\"a\tb\",\"arguments\":{\"x\":1}}", &[tab]);
    transcript(b"{\"execute\":\"a\tb\",\"arguments\":{\"x\":{\"execute\":\"quit\",\"id\":1}}}", &[tab]);
    transcript(b"{\"execute\":\"a\tb\",\"arguments\":[{\"execute\":\"quit\"},{\"execute\":\"quit\"}]}", &[tab]);
    transcript(b"{\n  \"execute\": \"a\tb\",\n  \"arguments\": {\n    \"x\": [ {} ]\n  }\n}\n", &[tab]);
    transcript(b"{\"a\":1],\"b\":{\"x\":1},\"c\":{\"execute\":\"quit\"}}", &[DICT_SEPARATOR]);
}

#[test]
fn wrong_brackets_are_one_error_at_once_and_the_next_valid_command_is_answered() {
    transcript(b"[}", &[EXPECTING]);
    transcript(b"{]", &[EXPECTING]);
    transcript(b"{]}", &[EXPECTING]);
    transcript(b"}", &[EXPECTING]);
    transcript(b"}}}", &[EXPECTING]);
    transcript(b"]", &[EXPECTING]);
    transcript(b",", &[EXPECTING]);
    transcript(b":", &[EXPECTING]);
    transcript(b"{'a':1]}", &[DICT_SEPARATOR]);
    transcript(b"{\"a\":[}}", &[EXPECTING]);
    transcript(b"[1}", &["JSON parse error, expected separator in list"]);
    transcript(b"{]\n{]\n", &[EXPECTING, EXPECTING]);
}

#[test]
fn each_line_of_typed_garbage_is_one_error_and_the_next_valid_command_is_answered() {
    let keyword = |word: &str| format!("JSON parse error, invalid keyword '{word}'");
    transcript(b"%%p", &["JSON parse error, stray '%'"]);
    transcript(b"hello world\n", &[&keyword("hello")]);
    transcript(b"abc def, [1] }\nfoo\r\n", &[&keyword("abc"), &keyword("foo")]);
    transcript(b"Help\n@#$\n", &["JSON parse error, stray 'H'", "JSON parse error, stray '@'"]);
    transcript(b"a-b c\n", &[&keyword("a")]);
    transcript(b"-\n", &["JSON parse error, stray '-'"]);
    transcript("x".repeat(200).as_bytes(), &[&keyword(&format!("{}...", "x".repeat(64)))]);
}

#[test]
fn a_value_that_is_no_object_is_one_error_and_the_next_valid_command_is_answered() {
    for text in ["null", "true", "1", "-1.5e3", "[]", "\"str\"", "'str'", "[{\"execute\": \"quit\"}]", "1 2 3", "12ab"]
    {
        transcript(text.as_bytes(), &[NO_OBJECT]);
    }
    transcript(b"{}", &["QMP input lacks member 'execute'"]);
    transcript(b"[] []", &[NO_OBJECT, NO_OBJECT]);
}

#[test]
fn a_mistake_within_brackets_is_one_error_and_the_next_valid_command_is_answered() {
    for (text, error) in [
        ("{\"a\":foo}", "invalid keyword 'foo'"),
        ("{\"a\":foo bar}", "invalid keyword 'foo'"),
        ("{foo}", "invalid keyword 'foo'"),
        ("{\"execute\" \"a\"}", "missing : in object pair"),
        ("{\"a\"}", "missing : in object pair"),
        ("{\"a\" foo}", "missing : in object pair"),
        ("{\"execute\":\"a\",}", "expecting value"),
        ("{,}", "expecting value"),
        ("{:1}", "expecting value"),
        ("{\"a\":}", "expecting value"),
        ("{\"a\":1 \"b\":2}", "expected separator in dict"),
        ("{\"a\":1,,\"b\":2}", "expecting value"),
        ("{\"a\":1 # comment\n}", "stray '#'"),
        ("{\"a\":/* c */1}", "stray '/'"),
        ("[1 2]", "expected separator in list"),
        ("[1,]", "expecting value"),
        ("[,]", "expecting value"),
        ("{1:2}", "key is not a string in object"),
        ("{[]:2}", "key is not a string in object"),
        ("{\"a\":01}", "stray '01'"),
        ("{\"a\" 1, \"b\": 01}", "stray '01'"),
        ("{'a':'\\x'}", "invalid escape sequence in string"),
    ] {
        transcript(text.as_bytes(), &[&format!("JSON parse error, {error}")]);
    }
}

#[test]
fn floods_of_brackets_are_one_error_and_the_next_valid_command_is_answered() {
    let brackets = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    let all = [brackets.as_bytes(), VALID.as_bytes()].concat();
    let expected = ["!JSON nesting depth limit exceeded", "valid"];
    assert_eq!(answers(&[&all]), expected);
    let pieces: Vec<&[u8]> = all.chunks(1000).collect();
    assert_eq!(answers(&pieces), expected);
}
