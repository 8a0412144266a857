//! Strings: escapes, control bytes, UTF-8 and what only looks like it. The string is the `id`, so that it comes back.

use crate::differential::case::Case;

/// Name, what stands between the quotes.
const STRINGS: &[(&str, &str)] = &[
    ("an unknown escape", r"\q"),
    ("escape x", r"\x5cx41"),
    ("escape v", r"\v"),
    ("escape 0", r"\0"),
    ("an escaped single quote", r"it\'s"),
    ("an escaped slash", r"\/"),
    ("u without digits", r"\u"),
    ("u with three digits", r"\u041"),
    ("u with a letter that is no digit", r"\u00g0"),
    ("u0000", r"\u0000"),
    ("u0001", r"\u0001"),
    ("u001f", r"\u001f"),
    ("u007f", r"\u007f"),
    ("uffff", r"\uffff"),
    ("ufffe", r"\ufffe"),
    ("ufdd0", r"\ufdd0"),
    ("a surrogate pair", r"\ud83d\ude00"),
    ("a lone high surrogate", r"\ud83d"),
    ("a lone low surrogate", r"\ude00"),
    ("surrogates the wrong way round", r"\ude00\ud83d"),
    ("a high surrogate and a letter", r"\ud83dx"),
    ("a high surrogate and another escape", r"\ud83d\n"),
    ("two high surrogates", r"\ud83d\ud83d"),
    ("UTF-8 of two bytes", r"\xc3\xa9"),
    ("UTF-8 of three bytes", r"\xe2\x82\xac"),
    ("UTF-8 of four bytes", r"\xf0\x9f\x98\x80"),
    ("UTF-8 of the last code point", r"\xf4\x8f\xbf\xbd"),
    ("UTF-8 past the last code point", r"\xf4\x90\x80\x80"),
    ("UTF-8 of a surrogate", r"\xed\xa0\x80"),
    ("UTF-8 overlong", r"\xc0\xaf"),
    ("UTF-8 cut short", r"\xe2\x82"),
    ("a lone continuation byte", r"\x80"),
    ("byte 0xC0", r"\xc0"),
    ("byte 0xF5", r"\xf5"),
    ("byte 0xFE in a string", r"\xfe"),
    ("a raw line feed", r"a\x0ab"),
    ("a raw carriage return", r"a\x0db"),
    ("a raw tab", r"a\x09b"),
    ("a raw NUL", r"a\x00b"),
    ("a raw escape", r"a\x1bb"),
    ("a raw DEL", r"a\x7fb"),
    ("a percent sign in it", "100%"),
];

pub(super) fn cases() -> Vec<Case> {
    STRINGS
        .iter()
        .map(|(what, text)| {
            Case::plain(format!("string: {what}"), format!(r#"{{"execute": "query-version", "id": "{text}"}}"#))
        })
        .collect()
}
