//! Requests that are refused for their arguments alone, by QEMU 7.2 as by a monitor with the schema
//! `tests/schema/checks.json`: class and description of the errors must agree. A file for each thing that can be wrong.
//!
//! A request has one fault, unless it is there to pin which of two is told. No object has two unexpected members:
//! which of them QEMU tells is chance. Nothing here touches members, branches or values that the schema leaves out.

mod alternates;
mod any;
mod arrays;
mod enums;
mod integers;
mod missing;
pub mod monitor;
mod nested;
mod no_arguments;
mod order;
mod recursive;
mod sizes;
mod strings_and_booleans;
pub mod tolerated;
mod unexpected;
mod unions;
mod unsigned;

/// A request with wrong arguments, named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRequest {
    /// Names it in a recording. Without tabs and line feeds, unique.
    pub name: &'static str,
    /// The request in JSON, on one line, without an `id`.
    pub request: String,
}

/// A request as the tables have it.
#[derive(Debug, Clone, Copy)]
struct Row {
    name: &'static str,
    command: &'static str,
    arguments: Option<&'static str>,
}

/// With these arguments.
const fn row(name: &'static str, command: &'static str, arguments: &'static str) -> Row {
    Row { name, command, arguments: Some(arguments) }
}

/// Without the member `arguments`.
const fn bare(name: &'static str, command: &'static str) -> Row {
    Row { name, command, arguments: None }
}

impl From<&Row> for WrongRequest {
    fn from(row: &Row) -> Self {
        let arguments = row.arguments.map(|arguments| format!(r#", "arguments": {arguments}"#)).unwrap_or_default();
        Self { name: row.name, request: format!(r#"{{"execute": "{}"{arguments}}}"#, row.command) }
    }
}

/// All that are refused for their arguments.
pub fn all() -> Vec<WrongRequest> {
    let tables = [
        missing::ROWS,
        unexpected::ROWS,
        strings_and_booleans::ROWS,
        integers::ROWS,
        unsigned::ROWS,
        sizes::ROWS,
        enums::ROWS,
        arrays::ROWS,
        nested::ROWS,
        unions::ROWS,
        alternates::ROWS,
        recursive::ROWS,
        any::ROWS,
        no_arguments::ROWS,
        order::ROWS,
    ];
    tables.concat().iter().map(WrongRequest::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn everything() -> Vec<WrongRequest> {
        [all(), tolerated::all()].concat()
    }

    #[test]
    fn names_are_unique_and_fit_on_a_line() {
        let names: BTreeSet<_> = everything().iter().map(|wrong| wrong.name).collect();
        assert_eq!(names.len(), everything().len());
        assert!(names.iter().all(|name| !name.contains(['\t', '\n'])));
    }

    #[test]
    fn requests_are_objects_on_a_line_and_none_is_sent_twice() {
        let mut seen = BTreeSet::new();
        for wrong in everything() {
            assert!(!wrong.request.contains('\n'), "{}", wrong.name);
            let read = serde_json::from_str::<serde_json::Value>(&wrong.request);
            assert!(read.is_ok_and(|value| value.is_object()), "{}", wrong.name);
            assert!(seen.insert(wrong.request), "{}", wrong.name);
        }
    }

    #[test]
    fn there_are_well_over_a_hundred() {
        assert!(all().len() >= 180, "{}", all().len());
    }
}
