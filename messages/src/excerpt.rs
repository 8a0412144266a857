//! Text of a client in an error message or a log.

/// Characters of a client's text that a message shows.
pub const EXCERPT_CHARS: usize = 64;

/// Characters of a file name or an address of a client that a message shows: enough to see which one it is.
pub const PATH_EXCERPT_CHARS: usize = 256;

/// Client text fit for an error message or a log: at most [`EXCERPT_CHARS`] characters (then `...`), control
/// characters as escapes.
#[must_use]
pub fn excerpt(text: &str) -> String {
    cut(text, EXCERPT_CHARS)
}

/// The same for a file name or an address: at most [`PATH_EXCERPT_CHARS`] characters.
#[must_use]
pub fn path_excerpt(path: &str) -> String {
    cut(path, PATH_EXCERPT_CHARS)
}

fn cut(text: &str, chars: usize) -> String {
    let mut out = String::new();
    for (place, char) in text.chars().enumerate() {
        if place == chars {
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
        assert_eq!(path_excerpt(&"x".repeat(256)), "x".repeat(256));
        assert_eq!(path_excerpt(&"\u{1}".repeat(257)), format!("{}...", "\\u0001".repeat(256)));
    }
}
