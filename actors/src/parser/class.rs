//! What a byte is outside of strings.

/// Byte classes outside of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Space,
    Open,
    Close,
    Separator,
    Quote,
    /// What numbers and keywords are made of, and what will turn out to be neither.
    Word,
    /// Begins no token and continues none: other punctuation, control characters, everything beyond ASCII.
    Impossible,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Impossible; 256];
    let mut byte = 0;
    while byte <= 0x7f {
        if (byte as u8).is_ascii_alphanumeric() {
            classes[byte] = Class::Word;
        }
        byte += 1;
    }
    classes[b'+' as usize] = Class::Word;
    classes[b'-' as usize] = Class::Word;
    classes[b'.' as usize] = Class::Word;
    classes[b'_' as usize] = Class::Word;
    classes[b' ' as usize] = Class::Space;
    classes[b'\t' as usize] = Class::Space;
    classes[b'\n' as usize] = Class::Space;
    classes[b'\r' as usize] = Class::Space;
    classes[b'{' as usize] = Class::Open;
    classes[b'[' as usize] = Class::Open;
    classes[b'}' as usize] = Class::Close;
    classes[b']' as usize] = Class::Close;
    classes[b',' as usize] = Class::Separator;
    classes[b':' as usize] = Class::Separator;
    classes[b'"' as usize] = Class::Quote;
    classes[b'\'' as usize] = Class::Quote;
    classes
};

/// The class of a byte outside of strings.
pub(crate) fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}
