//! Numbers and keywords as values.

use serde_json::Value;

use super::Refused;
use crate::parser::class::{Class, class};

/// Digits of which a `i64` holds every number.
const DIGITS: usize = 18;

/// The integer at the text's start and its length, if it is a plain one whose end can be seen.
pub(super) fn integer(text: &[u8]) -> Option<(Value, usize)> {
    let start = usize::from(text.first() == Some(&b'-'));
    let mut magnitude = 0_i64;
    let mut end = start;
    while let Some(digit) = text.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        if end - start == DIGITS {
            return None;
        }
        magnitude = magnitude * 10 + i64::from(digit);
        end += 1;
    }
    let leading_zero = text.get(start) == Some(&b'0') && end > start + 1;
    if end == start || leading_zero || text.get(end).is_none_or(|&byte| class(byte) == Class::Word) {
        return None;
    }
    Some((Value::from(if start == 0 { magnitude } else { -magnitude }), end))
}

/// The value of a whole number or keyword.
///
/// # Errors
/// When it is neither, or a number beyond what a double can hold.
pub(super) fn scalar(word: &[u8]) -> Result<Value, Refused> {
    match word {
        b"true" => return Ok(Value::Bool(true)),
        b"false" => return Ok(Value::Bool(false)),
        b"null" => return Ok(Value::Null),
        _ => {}
    }
    let value: Value = serde_json::from_slice(word).map_err(|_| Refused)?;
    // The JSON crate reads `-0` as a double; QMP's integers have it as 0.
    let is_negative_zero = value.as_f64().is_some_and(|number| number == 0.0 && number.is_sign_negative());
    Ok(if is_negative_zero { Value::from(0) } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_json_crate_gives() {
        for number in ["0", "7", "-1", "10", "999999999999999999", "-999999999999999999", "123456789012345678"] {
            let expected: Value = serde_json::from_str(number).unwrap();
            assert_eq!(scalar(number.as_bytes()), Ok(expected.clone()), "{number}");
            for end in [",", "]", "}", " ", "\n", ":", "\"", "#"] {
                let text = format!("{number}{end}");
                assert_eq!(integer(text.as_bytes()), Some((expected.clone(), number.len())), "{text}");
            }
        }
        for left_to_the_other in
            ["1", "1.5,", "1e3,", "01,", "-,", "-01,", "1a,", "1234567890123456789,", "true,", "+1,", ""]
        {
            assert_eq!(integer(left_to_the_other.as_bytes()), None, "{left_to_the_other}");
        }
        assert_eq!(integer(b"-0,"), Some((Value::from(0), 2)));
        assert_eq!(scalar(b"-0.0"), Ok(Value::from(0)));
        for wrong in ["", "01", "-", "+1", "1.", ".5", "nul", "True", "1e999", "0x1", "1-2", "NaN"] {
            assert_eq!(scalar(wrong.as_bytes()), Err(Refused), "{wrong}");
        }
    }
}
