//! Framing and parsing of a stream of bytes.

use actix_qmp::test_support::parse_stream;
use actix_qmp::{Arguments, QmpError};
use bytes::Bytes;
use serde_json::Value;

/// Sizes of the pieces that a stream is cut into.
const CUTS: [usize; 4] = [1, 2, 7, 64];

/// However a stream is cut, the same comes of it, and what `serde_json` reads as one request is read alike.
///
/// # Panics
/// If not.
pub fn framer(data: &[u8]) {
    let whole = parse_stream([Bytes::copy_from_slice(data)]);
    let told = text(&whole);
    for size in CUTS {
        let pieces = text(&parse_stream(data.chunks(size).map(Bytes::copy_from_slice)));
        assert_eq!(pieces, told, "in pieces of {size} bytes, and whole");
    }
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        agrees(&value, whole);
    }
}

fn text(outcomes: &[Result<Arguments, QmpError>]) -> String {
    format!("{outcomes:?}")
}

/// One value of strict JSON has one outcome: its arguments, or an error that is none of syntax.
fn agrees(value: &Value, outcomes: Vec<Result<Arguments, QmpError>>) {
    let [outcome] = <[_; 1]>::try_from(outcomes).unwrap_or_else(|all| panic!("{} outcomes of {value}", all.len()));
    match outcome {
        Ok(mut arguments) => {
            let expected = value.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default();
            assert_eq!(arguments.take_all(), expected, "the arguments of {value}");
        }
        Err(error) => assert!(may_be_refused(&error), "{error}: {value}"),
    }
}

/// Stricter than `serde_json`: a name twice, and what is no character. A value that is no request has errors of its own.
fn may_be_refused(error: &QmpError) -> bool {
    const STRICTER: [&str; 3] = ["duplicate key", "is not a valid Unicode character", "invalid UTF-8 sequence"];
    let desc = error.desc();
    !desc.starts_with("JSON parse error") || STRICTER.iter().any(|reason| desc.contains(reason))
}
