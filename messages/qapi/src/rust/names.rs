//! Names of the schema to names of Rust.

use std::collections::HashSet;

/// Keywords of any edition that `r#` makes names.
const RAW: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Keywords that can't be names in any way.
const NEVER: [&str; 4] = ["self", "Self", "super", "crate"];

/// Names that are taken in a namespace.
#[derive(Debug, Default)]
pub(super) struct Namespace(HashSet<String>);

impl Namespace {
    /// The name that was wanted, or if it is taken, the first free one with underscores after it.
    pub(super) fn claim(&mut self, wanted: String) -> String {
        let mut name = wanted;
        while self.0.contains(&name) {
            name.push('_');
        }
        self.0.insert(name.clone());
        name
    }

    /// Whether something has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The name of a type or a variant: `host-qmp-quit` is `HostQmpQuit`, `BLOCK_JOB_READY` `BlockJobReady`, `2.0` `_2_0`; what
/// has upper and lower case within a word keeps it.
pub(super) fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.starts_with(|c: char| c.is_ascii_digit()) && (camel.is_empty() || ends_with_digit(&camel)) {
            camel.push('_');
        }
        let shouted = !word.contains(|c: char| c.is_ascii_lowercase());
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(&if shouted { rest.to_ascii_lowercase() } else { rest.to_owned() });
    }
    identifier(camel)
}

/// The name of a field: `node-name` is `node_name`, `logAppend` `log_append`, `type` `r#type`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            if !snake.ends_with('_') {
                snake.push('_');
            }
        } else {
            if (c.is_ascii_uppercase() && after_lower) || (c.is_ascii_digit() && snake.is_empty()) {
                snake.push('_');
            }
            snake.push(c.to_ascii_lowercase());
        }
        after_lower = c.is_ascii_lowercase();
    }
    identifier(snake)
}

fn ends_with_digit(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// Makes a keyword a name.
fn identifier(name: String) -> String {
    if NEVER.contains(&name.as_str()) || name.is_empty() || name.chars().all(|c| c == '_') {
        name + "_"
    } else if RAW.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_variants_are_camel_case() {
        for (name, camel) in [
            ("host-qmp-quit", "HostQmpQuit"),
            ("BLOCK_JOB_READY", "BlockJobReady"),
            ("EAX", "Eax"),
            ("PCDIMMDeviceInfo", "PCDIMMDeviceInfo"),
            ("1", "_1"),
            ("2.0-1", "_2_0_1"),
            ("x86-64", "X86_64"),
            ("__com.example_Drive", "ComExampleDrive"),
            ("self", "Self_"),
        ] {
            assert_eq!(camel_case(name), camel);
        }
    }

    #[test]
    fn fields_are_snake_case() {
        for (name, snake) in [
            ("node-name", "node_name"),
            ("logAppend", "log_append"),
            ("CPU", "cpu"),
            ("type", "r#type"),
            ("self", "self_"),
            ("4k", "_4k"),
            ("__com.example_drive", "_com_example_drive"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn a_taken_name_gets_an_underscore() {
        let mut namespace = Namespace::default();
        let claimed = ["A", "A", "A"].map(|name| namespace.claim(name.to_owned()));
        assert_eq!(claimed, ["A", "A_", "A__"]);
    }
}
