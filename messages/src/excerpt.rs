//! Text of a client in an error message or a log.

/// Characters of a client's text that a message shows.
pub const EXCERPT_CHARS: usize = 64;

/// Client text fit for an error message or a log: at most 64 characters (then `...`), control
/// characters as escapes.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for (place, char) in text.chars().enumerate() {
        if place == EXCERPT_CHARS {
            out.push_str("...");
            break;
        }
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(control))),
            plain => out.push(plain),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_text_is_cut_and_its_control_characters_are_escaped() {
        assert_eq!(excerpt("a\u{1}b\n\u{7f}\u{85}é"), "a\\u0001b\\n\\u007F\\u0085é");
        assert_eq!(excerpt(&"x".repeat(64)), "x".repeat(64));
        assert_eq!(excerpt(&"é".repeat(65)), format!("{}...", "é".repeat(64)));
    }
}
