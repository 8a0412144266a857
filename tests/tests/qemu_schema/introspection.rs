//! QEMU 7.2's own schema, compiled here, against what the running QEMU 7.2 answers to `query-qmp-schema`.

use std::collections::BTreeMap;
use std::path::Path;

use actix_qmp_qapi::introspect::{Entry, introspect_with};
use actix_qmp_qapi::{Defines, Schema};
use actix_qmp_tests::qemu_source::{DEBIAN_DEFINES, QemuSource, Version};
use actix_qmp_tests::skip::{self, Decision, unless_available};
use actix_qmp_tests::{Launch, Outcome, Product};
use serde_json::{Value, json};

use crate::definitions::keyword;
use crate::renaming::renaming;

fn defines() -> Defines {
    let mut defines = Defines::default();
    for name in DEBIAN_DEFINES {
        defines.define(name);
    }
    defines
}

fn compiled(schema: &Path) -> Outcome<Vec<Value>> {
    Ok(introspect_with(&Schema::load(schema)?, &defines()).iter().map(Entry::to_json).collect())
}

/// The schema and what QEMU answers; nothing after reporting that `test` is skipped for want of one of them.
fn schema_and_answer(test: &str) -> Outcome<Option<(QemuSource, Vec<Value>)>> {
    let Some(source) = QemuSource::unless_missing(Version::V7_2, test)? else { return Ok(None) };
    if unless_available(Product::Qemu, test)? == Decision::Skip {
        return Ok(None);
    }
    let program = Launch::new(Product::Qemu).start()?;
    let mut client = program.client(0)?;
    let version = client.greeting()?["version"]["qemu"].take();
    if (version["major"].as_u64(), version["minor"].as_u64()) != (Some(7), Some(2)) {
        skip::report(test, &format!("the QEMU that is installed is {version}, not 7.2"))?;
        return Ok(None);
    }
    client.negotiate(&[])?;
    let mut entries = client.execute("query-qmp-schema", json!({}))?;
    let entries = entries.as_array_mut().map(std::mem::take);
    entries.map_or_else(|| Err(client.failure("not an array")), |entries| Ok(Some((source, entries))))
}

/// How many entries there are of each meta-type.
fn meta_types(entries: &[Value]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry["meta-type"].as_str().unwrap()).or_default() += 1;
    }
    counts
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[test]
fn the_answer_made_of_qemus_schema_is_what_the_running_qemu_answers() -> Outcome {
    let test = "the_answer_made_of_qemus_schema_is_what_the_running_qemu_answers";
    let Some((source, qemus)) = schema_and_answer(test)? else { return Ok(()) };
    let ours = compiled(&source.monitor())?;
    match renaming(&ours, &qemus) {
        Err(difference) => panic!("the answers differ by more than numbers: {difference}"),
        Ok(types) => {
            let renamed: Vec<_> = types.iter().filter(|(our, qemus)| our != qemus).take(10).collect();
            assert!(renamed.is_empty(), "the answers are equal but for numbers of types (ours, QEMU's): {renamed:?}");
        }
    }
    assert_eq!(names(&ours), names(&qemus), "entries in another order");
    for (our, qemus) in ours.iter().zip(&qemus) {
        assert_eq!(our, qemus);
    }
    Ok(())
}

#[test]
fn the_running_qemu_has_as_many_commands_events_and_types() -> Outcome {
    let test = "the_running_qemu_has_as_many_commands_events_and_types";
    let Some((source, qemus)) = schema_and_answer(test)? else { return Ok(()) };
    let qemus = meta_types(&qemus);
    println!("QEMU 7.2: {qemus:?}");
    assert_eq!(meta_types(&compiled(&source.monitor())?), qemus);
    // Types are counted as introspection has them: only those in use, and those without a name as well.
    let schema = Schema::load(source.monitor())?.configured(&defines())?;
    for meta_type in ["command", "event"] {
        let found = schema.definitions.values().filter(|definition| keyword(&definition.kind) == meta_type).count();
        assert_eq!(found, qemus[meta_type], "{meta_type}");
    }
    Ok(())
}
