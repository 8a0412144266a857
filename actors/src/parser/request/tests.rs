//! What requests are read as, and what is said of bad ones.

mod cuts;
mod json_suite;
mod properties;
mod strict;
mod transcripts;

use bytes::Bytes;
use serde_json::json;

use super::*;

fn parse_request(text: &[u8]) -> ParsedRequest {
    Frame::of_value(&Bytes::copy_from_slice(text)).into()
}

#[track_caller]
fn good(text: &str) -> (Option<String>, Request) {
    let parsed = parse_request(text.as_bytes());
    let request = parsed.request.unwrap_or_else(|error| panic!("{text}: {error}"));
    (parsed.id.map(|id| id.to_string()), request)
}

/// The `id` and the description that a bad request is answered with.
fn refused(text: &[u8]) -> (Option<String>, String) {
    let parsed = parse_request(text);
    let error = parsed.request.expect_err("a bad request");
    (parsed.id.map(|id| id.to_string()), error.desc().to_owned())
}

#[track_caller]
fn says(text: &str, id: Option<&str>, desc: &str) {
    assert_eq!(refused(text.as_bytes()), (id.map(str::to_owned), desc.to_owned()), "{text}");
}

fn id_of(id: &str) -> Result<String, String> {
    let parsed = parse_request(format!(r#"{{"execute": "x", "id": {id}}}"#).as_bytes());
    match parsed.request {
        Ok(_) => Ok(parsed.id.expect("an id").to_string()),
        Err(error) => {
            assert!(parsed.id.is_none());
            Err(error.desc().to_owned())
        }
    }
}

#[test]
fn a_request_has_a_command_arguments_an_id_and_a_band() {
    let (id, request) = good(r#"{"execute": "stop"}"#);
    assert_eq!((id, request.command.as_str(), request.band), (None, "stop", Band::InBand));

    let (id, request) = good(r#"{"id": 7, "arguments": {"a": [1, 2.5, "x", null, {"b": true}]}, "exec-oob": "c"}"#);
    let mut arguments = request.arguments;
    assert_eq!((id.as_deref(), request.band), (Some("7"), Band::OutOfBand(Marking::ExecOob)));
    assert_eq!(arguments.required::<Vec<Value>>("a").map(Value::from), Ok(json!([1, 2.5, "x", null, {"b": true}])));
    assert_eq!(arguments.finish(), Ok(()));
}

#[test]
fn control_marks_out_of_band_when_it_says_so() {
    let band = |control: &str| good(&format!(r#"{{"execute": "x", "control": {control}}}"#)).1.band;
    assert_eq!(band(r#"{"run-oob": true}"#), Band::OutOfBand(Marking::RunOob));
    assert_eq!(band(r#"{"run-oob": false}"#), Band::InBand);
    assert_eq!(band("{}"), Band::InBand);
}

#[test]
fn a_session_without_oob_understands_neither_marking() {
    let without = |text: &str| parse_request(text.as_bytes()).without_oob().request.map(|request| request.band);
    assert_eq!(without(r#"{"exec-oob": "x"}"#).unwrap_err().desc(), "QMP input member 'exec-oob' is unexpected");
    for both in [r#"{"exec-oob": 5}"#, r#"{"execute": "x", "exec-oob": "y"}"#, r#"{"execute": 5, "exec-oob": "y"}"#] {
        assert_eq!(without(both).unwrap_err().desc(), "QMP input member 'exec-oob' is unexpected", "{both}");
    }
    assert_eq!(
        without(r#"{"execute": "x", "control": {"run-oob": true}}"#).unwrap_err().desc(),
        "Please enable Out-Of-Band first for the session during capabilities negotiation"
    );
    assert_eq!(without(r#"{"execute": "x", "control": {"run-oob": false}}"#), Ok(Band::InBand));
    assert_eq!(without(r#"{"execute": "x"}"#), Ok(Band::InBand));
    let parsed = parse_request(br#"{"x": 1, "id": 3}"#).without_oob();
    assert_eq!(parsed.request.unwrap_err().desc(), "QMP input member 'x' is unexpected");
    assert_eq!(parsed.id.unwrap().as_str(), "3");
}

#[test]
fn errors_of_members_go_back_with_the_id_wherever_it_stands() {
    says(r#"{"execute": 5, "id": 1}"#, Some("1"), "QMP input member 'execute' must be a string");
    says(r#"{"id": 1, "execute": null}"#, Some("1"), "QMP input member 'execute' must be a string");
    says(r#"{"exec-oob": 5, "id": 1}"#, Some("1"), "QMP input member 'exec-oob' must be a string");
    says(r#"{"arguments": [], "id": "i"}"#, Some("\"i\""), "QMP input member 'arguments' must be an object");
    says(r#"{"execute": "x", "arguments": null}"#, None, "QMP input member 'arguments' must be an object");
    says(r#"{"x": 1, "id": [1,2]}"#, Some("[1, 2]"), "QMP input member 'x' is unexpected");
    says(r#"{"": 1}"#, None, "QMP input member '' is unexpected");
    says(r#"{"id": 4}"#, Some("4"), "QMP input lacks member 'execute'");
    says("{}", None, "QMP input lacks member 'execute'");
    says(r#"{"execute": "a", "exec-oob": "b"}"#, None, "QMP input member 'execute' clashes with 'exec-oob'");
}

#[test]
fn control_is_checked_in_the_same_words() {
    says(r#"{"execute": "x", "control": 1, "id": 2}"#, Some("2"), "QMP input member 'control' must be an object");
    says(r#"{"execute": "x", "control": {"y": 1}}"#, None, "QMP input member 'control.y' is unexpected");
    says(
        r#"{"execute": "x", "control": {"run-oob": 1}}"#,
        None,
        "QMP input member 'control.run-oob' must be a boolean",
    );
    says(r#"{"exec-oob": "x", "control": {}}"#, None, "QMP input member 'control' clashes with 'exec-oob'");
}

#[test]
fn of_several_mistakes_the_unexpected_member_comes_first_then_types_then_what_is_missing() {
    says(r#"{"execute": 5, "x": 1}"#, None, "QMP input member 'x' is unexpected");
    says(r#"{"y": 1, "x": 2}"#, None, "QMP input member 'y' is unexpected");
    says(r#"{"arguments": 5, "execute": 5}"#, None, "QMP input member 'execute' must be a string");
    says(r#"{"exec-oob": null, "x": 5}"#, None, "QMP input member 'x' is unexpected");
    says(r#"{"arguments": 5}"#, None, "QMP input member 'arguments' must be an object");
    says(r#"{"execute": "a", "exec-oob": "b", "x": 1}"#, None, "QMP input member 'x' is unexpected");
}

#[test]
fn client_text_in_an_error_is_cut_and_control_characters_are_escaped() {
    let name = "k".repeat(300);
    says(&format!(r#"{{"{name}": 1}}"#), None, &format!("QMP input member '{}...' is unexpected", &name[..64]));
    says(r#"{"a\n\u001b[2J": 1}"#, None, "QMP input member 'a\\n\\u001B[2J' is unexpected");
}

#[test]
fn the_same_name_twice_is_an_error_at_every_level() {
    for text in [
        r#"{"execute": "x", "execute": "x"}"#,
        r#"{"execute": "x", "arguments": {}, "arguments": {}}"#,
        r#"{"execute": "x", "arguments": {"a": 1, "a": 1}}"#,
        r#"{"execute": "x", "arguments": {"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}}"#,
        r#"{"id": 1, "id": 2, "execute": "x"}"#,
        r#"{"execute": "x", "id": {"a": 1, "a": 1}}"#,
        r#"{"execute": "x", "id": {"a": 1, "\u0061": 1}}"#,
        r#"{"execute": "x", "y": 1, "z": 2, "y": 3}"#,
    ] {
        says(text, None, "JSON parse error, duplicate key");
    }
}

#[test]
fn a_mistake_behind_the_id_goes_back_with_the_id() {
    says(r#"{"id": 5, "execute": "x",}"#, Some("5"), "JSON parse error, expecting value");
    says(r#"{"execute": nul, "id": 5}"#, None, "JSON parse error, invalid keyword 'nul'");
    let (id, desc) = refused(b"{\"id\": 5, \"execute\": \"\xc3(\"}");
    assert_eq!((id.as_deref(), desc.as_str()), (Some("5"), "JSON parse error, invalid UTF-8 sequence in string"));
}

#[test]
fn an_id_comes_back_as_it_was_on_one_line_of_ascii() {
    for same in [
        "0",
        "-0",
        "-0.0",
        "1.0",
        "0.1",
        "1e5",
        "1E+5",
        "5e-324",
        "1e-400",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "100000000000000000000000",
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "\"\"",
        r#""a b""#,
        r#""'""#,
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""\b\f\n\r\t\\\"""#,
        r#""\u00E9\uD83D\uDE00\u007F\u2028\uFEFF""#,
        r#"{"b": [1, 2], "a": {"": null}}"#,
    ] {
        assert_eq!(id_of(same).as_deref(), Ok(same));
    }
    let normalised = |text: &str, expected: &str| assert_eq!(id_of(text).as_deref(), Ok(expected));
    normalised("{\"b\":1 ,\n\t\"a\":[ ],\r\"c\":[1,2,{ }]}", r#"{"b": 1, "a": [], "c": [1, 2, {}]}"#);
    normalised(r#""é😀\u00e9\u0041\/<>&""#, r#""\u00E9\uD83D\uDE00\u00E9A/<>&""#);
    normalised("\"\u{7f}\u{2028}\u{feff}\"", r#""\u007F\u2028\uFEFF""#);
    normalised(r#"{"a,b:c\\\"": " , : "}"#, r#"{"a,b:c\\\"": " , : "}"#);
}

#[test]
fn an_id_that_cannot_be_echoed_is_an_error_without_an_id() {
    let wrong = |id: &str, desc: &str| assert_eq!(id_of(id), Err(format!("JSON parse error, {desc}")), "{id}");
    wrong("1e999", "number out of range '1e999'");
    wrong("[-1e400]", "number out of range '-1e400'");
    for lone in [r"\ud800", r"\udc00"] {
        wrong(&format!("\"{lone}\""), &format!("{lone} is not a valid Unicode character"));
    }
    wrong(r#""\ud800\u0041""#, r"\ud800 is not a valid Unicode character");
    wrong(r#""\ud83d\ud83d\ude00""#, r"\ud83d is not a valid Unicode character");
    wrong(r#""\ude00\ud83d""#, r"\ude00 is not a valid Unicode character");
    wrong(r#""\ufffe""#, r"\ufffe is not a valid Unicode character");
    wrong(r#"{"\ufdd0": 1}"#, r"\ufdd0 is not a valid Unicode character");
    wrong(r#""\ud83f\udfff""#, r"\ud83f\udfff is not a valid Unicode character");
    wrong("\"\u{ffff}\"", "invalid UTF-8 sequence in string");
    wrong("\"\u{10ffff}\"", "invalid UTF-8 sequence in string");
    wrong(r#""\u12""#, "\\u12\" is not a valid Unicode character");
    wrong(r#""\u12G4""#, r"\u12G4 is not a valid Unicode character");
    wrong(r#""\u""#, "\\u\" is not a valid Unicode character");
    wrong(r#""\a""#, "invalid escape sequence in string");
    wrong(r#""\0""#, "invalid escape sequence in string");
    wrong(r#""\U0041""#, "invalid escape sequence in string");
}

#[test]
fn numbers_are_exact_at_every_edge_and_wrong_ones_are_named() {
    let argument = |text: &str| {
        let (_, request) = good(&format!(r#"{{"execute": "x", "arguments": {{"n": {text}}}}}"#));
        let mut arguments = request.arguments;
        arguments.required::<Vec<Value>>("n").map(|mut all| all.remove(0)).unwrap()
    };
    assert_eq!(argument("[-0]").as_i64(), Some(0));
    assert_eq!(argument("[9223372036854775807]").as_i64(), Some(i64::MAX));
    assert_eq!(argument("[18446744073709551615]").as_u64(), Some(u64::MAX));
    assert_eq!(argument("[18446744073709551616]").as_f64(), Some(18_446_744_073_709_551_616.0));
    assert_eq!(argument("[-9223372036854775808]").as_i64(), Some(i64::MIN));
    assert_eq!(argument("[-9223372036854775809]").as_f64(), Some(-9_223_372_036_854_775_809.0));
    assert_eq!(argument("[5e-324]").as_f64(), Some(5e-324));
    assert_eq!(argument("[1e-400]").as_f64(), Some(0.0));
    assert_eq!(argument("[4.9e-7]").as_f64(), Some(4.9e-7));
    assert_eq!(argument("[2.29014902943052e-153]").as_f64(), Some(2.29014902943052e-153));

    let wrong = |number: &str, desc: &str| says(&format!(r#"{{"execute":{number}}}"#), None, desc);
    wrong("01", "JSON parse error, stray '01'");
    wrong("-01", "JSON parse error, stray '-01'");
    wrong("1.", "JSON parse error, stray '1.}'");
    wrong(".5", "JSON parse error, stray '.'");
    wrong("+1", "JSON parse error, stray '+'");
    wrong("1e", "JSON parse error, stray '1e}'");
    wrong("1e+", "JSON parse error, stray '1e+}'");
    wrong("--1", "JSON parse error, stray '--'");
    wrong("-", "JSON parse error, stray '-}'");
    wrong("1a", "JSON parse error, expected separator in dict");
    wrong("0x10", "JSON parse error, expected separator in dict");
    wrong("1-2", "JSON parse error, expected separator in dict");
    wrong("1.2.3", "JSON parse error, stray '.'");
    wrong("NaN", "JSON parse error, stray 'N'");
    wrong("-Infinity", "JSON parse error, stray '-I'");
    wrong("True", "JSON parse error, stray 'T'");
    wrong("1e400", "JSON parse error, number out of range '1e400'");
}

#[test]
fn strings_hold_whatever_is_unicode() {
    let (_, request) = good("{\"execute\": \"\\u0000\\/\\ud83d\\ude00é\u{7f}\u{feff}\"}");
    assert_eq!(request.command, "\0/😀é\u{7f}\u{feff}");
    for bytes in [
        &b"\xc0\x80"[..],
        b"\xc1\xbf",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xf8\x88",
        b"\x80",
        b"\xc3",
        b"\xef\xbf\xbe",
    ] {
        let text = [b"{\"execute\": \"", bytes, b"\"}"].concat();
        assert_eq!(refused(&text), (None, "JSON parse error, invalid UTF-8 sequence in string".into()), "{bytes:x?}");
    }
}

#[test]
fn the_deepest_value_allowed_fits_a_small_stack() {
    let deep = |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    let run = move || {
        for (open, close, levels) in [("[", "]", 1023), ("{\"a\":", "}", 1023)] {
            let value = deep(open, close, levels);
            assert!(parse_request(format!(r#"{{"execute":"x","id":{value}}}"#).as_bytes()).id.is_some());
            let value = deep(open, close, levels - 1);
            drop(good(&format!(r#"{{"execute":"x","arguments":{{"a":{value}}}}}"#)));
            says(&format!(r#"{{"execute":"x","y":{value}}}"#), None, "QMP input member 'y' is unexpected");
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}
