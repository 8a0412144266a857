//! What is no JSON, how far the damage goes, and nesting.

use crate::differential::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = broken();
    cases.extend(open());
    cases.extend(nesting());
    cases
}

fn broken() -> Vec<Case> {
    vec![
        Case::plain("nothing but white space", r" \x09\x0d\x0a "),
        Case::plain("0xFF", r"\xff"),
        Case::plain("0xFF twice", r"\xff\xff"),
        Case::plain("0xFF within a request", r#"{"execute": \xff"#),
        Case::plain("0xFF within a string", r#"{"execute": "query-\xff"#),
        Case::plain("0xFE", r"\xfe"),
        Case::plain("byte 0x80", r"\x80"),
        Case::plain("byte NUL", r"\x00"),
        Case::plain("byte 0x01", r"\x01"),
        Case::plain("byte 0x7F", r"\x7f"),
        Case::plain("byte order mark", r"\xef\xbb\xbf"),
        Case::plain("closing brace", "}"),
        Case::plain("closing bracket", "]"),
        Case::plain("object closed as array", r#"{"execute": "query-version"]"#),
        Case::plain("array closed as object", "[}"),
        Case::plain("colon", ":"),
        Case::plain("comma", ","),
        Case::plain("missing colon", r#"{"execute" "query-version"}"#),
        Case::plain("missing value", r#"{"execute": }"#),
        Case::plain("missing comma", r#"{"execute": "query-version" "id": 1}"#),
        Case::plain("trailing comma in an object", r#"{"execute": "query-version",}"#),
        Case::plain("leading comma in an object", r#"{,"execute": "query-version"}"#),
        Case::plain("trailing comma in an array", r#"{"execute": "query-version", "id": [1,]}"#),
        Case::plain("two commas in an array", r#"{"execute": "query-version", "id": [1,,2]}"#),
        Case::plain("name without quotes", r#"{execute: "query-version"}"#),
        Case::plain("name is a number", r#"{1: "query-version"}"#),
        Case::plain("name is null", r#"{null: "query-version"}"#),
        Case::plain("two colons", r#"{"execute":: "query-version"}"#),
        Case::plain("unknown word", "nope "),
        Case::plain("true in capitals", "TRUE "),
        Case::plain("unknown word as a value", r#"{"execute": nope}"#),
        Case::plain("NaN", r#"{"execute": "query-version", "id": NaN}"#),
        Case::plain("a comment", "/* x */"),
        Case::plain("a percent sign", "%"),
        Case::plain("interpolation", r#"{"execute": %s}"#),
        Case::plain("an HTTP request", r"GET / HTTP/1.1\x0d\x0a\x0d\x0a"),
        Case::plain("single quotes", "{'execute': 'query-version', 'id': 'a'}"),
        Case::plain("mixed quotes", r#"{'execute': "query-version", "id": 'a"b'}"#),
        Case::plain("valid request behind garbage", r#"] {"execute": "query-version", "id": 1}"#),
        Case::plain("closing brackets, three", "]]]"),
    ]
}

/// The rest of these is swallowed unless the parser is reset.
fn open() -> Vec<Case> {
    vec![
        Case::plain("open object", "{").left_open(),
        Case::plain("open array", "[").left_open(),
        Case::plain("open name", r#"{"exec"#).left_open(),
        Case::plain("open value", r#"{"execute": "query-ver"#).left_open(),
        Case::plain("open in single quotes", "{'exec").left_open(),
        Case::plain("open behind the colon", r#"{"execute":"#).left_open(),
        Case::plain("open behind the comma", r#"{"execute": "query-version","#).left_open(),
        Case::plain("open behind a backslash", r#"{"execute": "a\"#).left_open(),
        Case::plain("open array in an object", r#"{"id": [1, 2"#).left_open(),
        Case::plain("open string alone", r#""abc"#).left_open(),
        Case::plain("open number", "12").left_open(),
        Case::plain("open word", "tru").left_open(),
    ]
}

fn nesting() -> Vec<Case> {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        format!(r#"{{"execute": "query-version", "id": {open}{close}}}"#)
    };
    vec![
        Case::plain("nesting 1023", nested(1023)),
        Case::plain("nesting 1024", nested(1024)),
        Case::plain("nesting 1025", nested(1025)),
        Case::plain("nesting 1025 of arrays", "[".repeat(1025)).left_open(),
    ]
}
