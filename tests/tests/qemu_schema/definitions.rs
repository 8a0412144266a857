//! The whole schemas load, and nothing that is written in them is lost.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use actix_qmp_qapi::Schema;
use actix_qmp_qapi::schema::Kind;
use actix_qmp_tests::Outcome;
use actix_qmp_tests::qemu_source::{QemuSource, Version};

/// How many definitions there are by keyword, the keywords in alphabetical order.
type Counts = BTreeMap<&'static str, usize>;

const KEYWORDS: [&str; 6] = ["alternate", "command", "enum", "event", "struct", "union"];

/// The keyword that makes definitions of this kind.
pub(crate) fn keyword(kind: &Kind) -> &'static str {
    match kind {
        Kind::Alternate(_) => "alternate",
        Kind::Command(_) => "command",
        Kind::Enum(_) => "enum",
        Kind::Event(_) => "event",
        Kind::Struct(_) => "struct",
        Kind::Union(_) => "union",
    }
}

fn loaded(schema: &Schema) -> Counts {
    let mut counts = Counts::new();
    for definition in schema.definitions.values() {
        *counts.entry(keyword(&definition.kind)).or_default() += 1;
    }
    counts
}

/// Counts without our compiler, which QEMU's way to lay out its schemas allows: an expression begins a line.
fn written(schema: &Path) -> Counts {
    let (mut counts, mut seen, mut open) = (Counts::new(), HashSet::new(), vec![schema.to_owned()]);
    while let Some(path) = open.pop() {
        if !seen.insert(path.canonicalize().unwrap()) {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let Some((word, rest)) = first_word(line) else { continue };
            if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == word) {
                *counts.entry(keyword).or_default() += 1;
            } else if word == "include" {
                open.push(included(&path, rest));
            }
        }
    }
    counts
}

/// `{ 'WORD'REST`
fn first_word(line: &str) -> Option<(&str, &str)> {
    line.trim_start().strip_prefix('{')?.trim_start().strip_prefix('\'')?.split_once('\'')
}

/// The path in `: 'PATH' }`.
fn included(from: &Path, rest: &str) -> PathBuf {
    from.parent().unwrap().join(rest.split('\'').nth(1).unwrap())
}

fn sum(counts: &Counts, keywords: &[&str]) -> usize {
    keywords.iter().filter_map(|keyword| counts.get(keyword)).sum()
}

#[test]
fn whole_schemas_load_with_every_definition_that_is_written_in_them() -> Outcome {
    for source in QemuSource::all("whole_schemas_load_with_every_definition_that_is_written_in_them")? {
        for path in [source.monitor(), source.guest_agent(), source.storage_daemon()] {
            let counts = loaded(&Schema::load(&path)?);
            println!("QEMU {}, {}: {counts:?}", source.version, source.name(&path).display());
            assert_eq!(counts, written(&path), "{}", path.display());
        }
    }
    Ok(())
}

#[test]
fn the_schema_of_the_monitor_is_as_large_as_it_is_known_to_be() -> Outcome {
    for source in QemuSource::all("the_schema_of_the_monitor_is_as_large_as_it_is_known_to_be")? {
        let counts = loaded(&Schema::load(source.monitor())?);
        let types = sum(&counts, &["alternate", "enum", "struct", "union"]);
        let expected = match source.version {
            Version::V7_2 => (220, 52, 618),
            Version::V10_0 => (240, 56, 698),
        };
        let commands_events_types = (sum(&counts, &["command"]), sum(&counts, &["event"]), types);
        assert_eq!(commands_events_types, expected, "QEMU {}", source.version);
    }
    Ok(())
}
