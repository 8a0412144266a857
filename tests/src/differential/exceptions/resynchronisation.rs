//! How many errors one mistake gets.

use super::{Exception, differs};

const ONE_ERROR: &str = "one error for one mistake; QEMU stumbles again over what is left of the request";
const GARBAGE: &str = "one error for a run of garbage, so that it isn't amplified; QEMU sends one for each piece";
const CUT: &str = "what the byte 0xFF cuts short is one mistake; QEMU takes the start of a token for a whole one first";

pub(super) const EXCEPTIONS: &[Exception] = &[
    differs("0xFF twice", r#"GenericError "JSON parse error, stray '�'""#, GARBAGE),
    differs("NaN", r#"GenericError "JSON parse error, stray 'N'""#, ONE_ERROR),
    differs("closing brackets, three", r#"GenericError "JSON parse error, expecting value""#, GARBAGE),
    differs("interpolation", r#"GenericError "JSON parse error, stray '%'""#, ONE_ERROR),
    differs("nesting 1025", r#"GenericError "JSON nesting depth limit exceeded""#, ONE_ERROR),
    differs("nesting 1025 of arrays", r#"GenericError "JSON nesting depth limit exceeded""#, ONE_ERROR),
    differs("number +1", r#"GenericError "JSON parse error, stray '+'""#, ONE_ERROR),
    differs("number -01", r#"GenericError "JSON parse error, stray '-01'""#, ONE_ERROR),
    differs("number -Infinity", r#"GenericError "JSON parse error, stray '-I'""#, ONE_ERROR),
    differs("number .5", r#"GenericError "JSON parse error, stray '.'""#, ONE_ERROR),
    differs("number 00", r#"GenericError "JSON parse error, stray '00'""#, ONE_ERROR),
    differs("number 01", r#"GenericError "JSON parse error, stray '01'""#, ONE_ERROR),
    differs("number 1_000", r#"GenericError "JSON parse error, stray '_'""#, ONE_ERROR),
    differs("number Infinity", r#"GenericError "JSON parse error, stray 'I'""#, ONE_ERROR),
    differs("open number", r#"GenericError "JSON parse error, stray '�'""#, CUT),
    differs("open word", r#"GenericError "JSON parse error, stray '�'""#, CUT),
    differs("string: a raw NUL", r#"GenericError "JSON parse error, stray '\"a\\u0000'""#, ONE_ERROR),
    differs("string: a raw carriage return", r#"GenericError "JSON parse error, stray '\"a\\r'""#, ONE_ERROR),
    differs("string: a raw escape", r#"GenericError "JSON parse error, stray '\"a\\u001B'""#, ONE_ERROR),
    differs("string: a raw line feed", r#"GenericError "JSON parse error, stray '\"a\\n'""#, ONE_ERROR),
    differs("string: a raw tab", r#"GenericError "JSON parse error, stray '\"a\\t'""#, ONE_ERROR),
    differs("string: byte 0xFE in a string", r#"GenericError "JSON parse error, stray '\"�'""#, ONE_ERROR),
];
