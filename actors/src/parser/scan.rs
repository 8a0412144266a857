//! The bytes of a string's inside that need a look, found many at a time.

/// Bytes that a string is searched for in words before whole blocks are looked at: most strings end there.
const SHORT_STRING: usize = 64;
const BLOCK: usize = 64;
const WORD: usize = 8;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Control characters, and two bytes that no text has: clients send 0xFF to be understood again.
pub(crate) fn can_be_in_string(byte: u8) -> bool {
    (0x20..0xfe).contains(&byte)
}

fn is_special(byte: u8, quote: u8) -> bool {
    byte == quote || byte == b'\\' || !can_be_in_string(byte)
}

/// The first byte of a string's inside that needs a look.
pub(crate) fn find_special(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < SHORT_STRING
        && let Some(word) = bytes.get(at..at + WORD)
    {
        if let Some(found) = special_in_word(word, quote) {
            return Some(at + found);
        }
        at += WORD;
    }
    // A loop without an early exit over a block of fixed size: the compiler makes vector code of it.
    for block in bytes[at..].chunks_exact(BLOCK) {
        if block.iter().fold(false, |found, &byte| found | is_special(byte, quote)) {
            break;
        }
        at += BLOCK;
    }
    for word in bytes[at..].chunks_exact(WORD) {
        if let Some(found) = special_in_word(word, quote) {
            return Some(at + found);
        }
        at += WORD;
    }
    bytes[at..].iter().position(|&byte| is_special(byte, quote)).map(|found| at + found)
}

/// [`is_special`] for eight bytes at once.
fn special_in_word(bytes: &[u8], quote: u8) -> Option<usize> {
    let word = u64::from_le_bytes(bytes.try_into().ok()?);
    // The top bit of each byte below `limit`. A borrow can set bits above the lowest that is right, never below.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7);
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let found = is(quote) | is(b'\\') | below(word, 0x20) | below(!word, 0x02);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_byte_is_found_at_every_place() {
        for length in [1, 7, 8, 9, 63, 64, 65, 100, 200] {
            for (place, byte) in (0..length).flat_map(|place| (0..=255).map(move |byte| (place, byte))) {
                let mut text = vec![b'x'; length];
                text[place..].fill(0x21);
                text[place] = byte;
                let expected = is_special(byte, b'\'').then_some(place);
                assert_eq!(find_special(&text, b'\''), expected, "{byte:#x} at {place} of {length}");
            }
        }
    }
}
