//! The code points that are no characters: QMP refuses them in strings.

/// Whether a code point stands for a character: the noncharacters don't.
pub(crate) fn is_character(char: char) -> bool {
    let code = u32::from(char);
    !(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe
}

/// Whether there are only characters in a text.
pub(crate) fn has_only_characters(text: &str) -> bool {
    !may_begin_noncharacter(text.as_bytes())
        || !may_have_noncharacter(text.as_bytes())
        || text.chars().all(is_character)
}

/// Whether there is a byte that a noncharacter, among others, begins with: one pass spares most text the exact check.
pub(crate) fn may_begin_noncharacter(utf8: &[u8]) -> bool {
    // Without an early exit the compiler makes vector code of it.
    utf8.iter().fold(false, |found, &byte| found | (byte >= 0xef))
}

/// Whether there is a pair of bytes that each noncharacter has.
fn may_have_noncharacter(utf8: &[u8]) -> bool {
    let pairs = utf8.iter().zip(utf8.get(1..).unwrap_or_default());
    pairs.fold(false, |found, (&a, &b)| found | (a == 0xbf) & (b >= 0xbe) | (a == 0xef) & (b == 0xb7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_checks_miss_no_noncharacter() {
        for char in (0..=0x10_ffff).filter_map(char::from_u32).filter(|&char| !is_character(char)) {
            let text = format!("é{char}x");
            assert!(may_begin_noncharacter(text.as_bytes()), "{:X}", u32::from(char));
            assert!(may_have_noncharacter(text.as_bytes()), "{:X}", u32::from(char));
            assert!(!has_only_characters(&text));
        }
        assert!(has_only_characters("\u{fff}\u{fdcf}\u{fdf0}\u{1fffd}é"));
    }
}
