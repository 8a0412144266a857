//! What a backslash in a string stands for.

use super::noncharacter::is_character;

/// Why there is no character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoEscape {
    /// There may be one when more bytes have come.
    Incomplete,
    /// There is none, whatever comes.
    Wrong,
}

/// The character that the escape at the text's start denotes, and the escape's length. The text begins with a backslash.
///
/// # Errors
/// When the text is too short or wrong. A byte that belongs to no escape is wrong at once.
pub(crate) fn unescape(text: &[u8]) -> Result<(char, usize), NoEscape> {
    let char = match text.get(1).ok_or(NoEscape::Incomplete)? {
        b'u' => return unicode(text),
        &itself @ (b'"' | b'\'' | b'\\' | b'/') => char::from(itself),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return Err(NoEscape::Wrong),
    };
    Ok((char, 2))
}

/// Whether two UTF-16 code units make one character.
pub(crate) fn is_pair([first, second]: [u16; 2]) -> bool {
    (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second)
}

/// The UTF-16 code unit of a `\uXXXX` at the text's start.
///
/// # Errors
/// When there is none.
pub(crate) fn code_unit(text: &[u8]) -> Result<u16, NoEscape> {
    let mut unit = 0;
    for place in 0..6 {
        let byte = *text.get(place).ok_or(NoEscape::Incomplete)?;
        match (place, char::from(byte).to_digit(16)) {
            (0, _) if byte == b'\\' => {}
            (1, _) if byte == b'u' => {}
            (2.., Some(digit)) => unit = unit << 4 | digit as u16,
            _ => return Err(NoEscape::Wrong),
        }
    }
    Ok(unit)
}

fn unicode(text: &[u8]) -> Result<(char, usize), NoEscape> {
    let first = code_unit(text)?;
    let mut units = [first, 0];
    let (units, length) = if (0xd800..0xdc00).contains(&first) {
        units[1] = code_unit(&text[6..])?;
        (&units[..], 12)
    } else {
        (&units[..1], 6)
    };
    match char::decode_utf16(units.iter().copied()).next() {
        Some(Ok(char)) if is_character(char) => Ok((char, length)),
        Some(Ok(_) | Err(_)) | None => Err(NoEscape::Wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_an_escape_is_incomplete_and_what_cannot_end_as_one_is_wrong() {
        for (escape, char) in
            [("\\n", '\n'), ("\\'", '\''), ("\\/", '/'), ("\\u00e9", 'é'), ("\\uD83D\\uDE00", '😀'), ("\\u0000", '\0')]
        {
            let text = format!("{escape}u0");
            assert_eq!(unescape(text.as_bytes()), Ok((char, escape.len())), "{escape}");
            for cut in 1..escape.len() {
                assert_eq!(unescape(&escape.as_bytes()[..cut]), Err(NoEscape::Incomplete), "{escape} cut at {cut}");
                let damaged = [&escape.as_bytes()[..cut], b"\""].concat();
                // Behind a lone backslash, the quote makes an escape of its own.
                let expected = Some(('"', 2)).filter(|_| cut == 1).ok_or(NoEscape::Wrong);
                assert_eq!(unescape(&damaged), expected, "{escape} damaged at {cut}");
            }
        }
        for wrong in ["\\x", "\\u12G", "\\ude00", "\\ud83d\\u0041", "\\ud83dx", "\\ufffe", "\\ufdd0", "\\ud83f\\udfff"]
        {
            assert_eq!(unescape(wrong.as_bytes()), Err(NoEscape::Wrong), "{wrong}");
        }
    }
}
