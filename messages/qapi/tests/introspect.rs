//! The answer to `query-qmp-schema` made of a schema that has everything introspection treats in its own way.
//!
//! The expected answers are those of QEMU 7.2's generator for the same schema, one entry per line.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::Path;

use actix_qmp_qapi::introspect::{self, Entry, Info, introspect, introspect_with};
use actix_qmp_qapi::{Defines, Schema};
use serde_json::{Value, json};

const ALL: [&str; 4] = ["CONFIG_CONSOLE", "CONFIG_CRASH", "CONFIG_NAMED", "CONFIG_REMOTE"];

fn machine() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/backends/machine.json");
    Schema::load(path).unwrap()
}

fn defines(names: &[&str]) -> Defines {
    let mut defines = Defines::default();
    for name in names {
        defines.define(name);
    }
    defines
}

#[track_caller]
fn assert_same(entries: &[Entry], expected: &str) {
    let expected: Vec<Value> = serde_json::from_str(expected).unwrap();
    let entries: Vec<Value> = entries.iter().map(Entry::to_json).collect();
    for (entry, expected) in entries.iter().zip(&expected) {
        assert_eq!(entry, expected);
    }
    assert_eq!(entries.len(), expected.len());
}

fn find<'e>(entries: &'e [Entry], name: &str) -> &'e Entry {
    entries.iter().find(|entry| entry.name == name).unwrap()
}

fn numbers(entries: &[Entry]) -> Vec<usize> {
    let mut numbers: Vec<usize> = entries.iter().filter_map(|entry| entry.name.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn without_defines_the_answer_is_that_of_qemus_generator() {
    let entries = introspect_with(&machine(), &Defines::default());
    assert_same(&entries, include_str!("fixtures/backends/machine.none.json"));
}

#[test]
fn with_defines_the_answer_is_that_of_qemus_generator() {
    let entries = introspect_with(&machine(), &defines(&ALL));
    assert_same(&entries, include_str!("fixtures/backends/machine.all.json"));
}

#[test]
fn a_type_has_the_same_number_in_all_builds_of_a_schema() {
    let argument_of = |entries: &[Entry]| find(entries, "DISK_ERROR").to_json()["arg-type"].clone();
    let none = introspect_with(&machine(), &Defines::default());
    let all = introspect_with(&machine(), &defines(&ALL));
    assert_eq!(argument_of(&none), argument_of(&all));
}

#[test]
fn a_configured_schema_has_numbers_without_gaps() {
    let configured = machine().configured(&Defines::default()).unwrap();
    let numbers = numbers(&introspect(&configured));
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    assert!(numbers.len() > 10);
}

#[test]
fn a_configured_schema_and_decided_conditions_show_the_same_commands_and_events() {
    let commands_and_events = |entries: Vec<Entry>| {
        let is_type = |entry: &Entry| !matches!(entry.info, Info::Command { .. } | Info::Event { .. });
        entries.into_iter().take_while(|entry| !is_type(entry)).map(|entry| entry.name).collect::<Vec<_>>()
    };
    let defines = defines(&["CONFIG_CONSOLE"]);
    let configured = introspect(&machine().configured(&defines).unwrap());
    assert_eq!(commands_and_events(configured), commands_and_events(introspect_with(&machine(), &defines)));
}

/// Features that are declared everywhere, most of them with a condition.
const FEATURES: &str = "
{ 'enum': 'Gear', 'data': [ { 'name': 'first', 'features': [ { 'name': 'slow', 'if': 'SLOW' } ] }, 'second' ] }
{ 'struct': 'Speed', 'features': [ { 'name': 'exact', 'if': 'EXACT' } ],
  'data': { 'gear': { 'type': 'Gear', 'features': [ { 'name': 'manual', 'if': 'MANUAL' } ] }, 'limit': 'int' } }
{ 'command': 'go', 'data': 'Speed', 'features': [ { 'name': 'far', 'if': 'FAR' }, 'fast' ] }
{ 'event': 'GONE', 'features': [ { 'name': 'away', 'if': 'AWAY' } ] }
{ 'event': 'STOPPED' }
";

fn load(text: &str) -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.json");
    std::fs::write(&path, text).unwrap();
    Schema::load(&path).unwrap()
}

#[test]
fn features_that_conditions_take_away_leave_an_empty_list_as_in_qemu() {
    let entries = introspect_with(&load(FEATURES), &Defines::default());
    let json = |name: &str| find(&entries, name).to_json();
    assert_eq!(json("GONE")["features"], json!([]));
    assert_eq!(json("STOPPED").get("features"), None);
    assert_eq!(json("go")["features"], json!(["fast"]));
    let speed = json(json("go")["arg-type"].as_str().unwrap());
    assert_eq!(speed["features"], json!([]));
    assert_eq!(speed["members"][0]["features"], json!([]));
    assert_eq!(speed["members"][1].get("features"), None);
    let gear = json(speed["members"][0]["type"].as_str().unwrap());
    assert_eq!(gear["members"], json!([{ "name": "first", "features": [] }, { "name": "second" }]));
}

#[test]
fn a_configured_schema_does_not_tell_of_features_it_does_not_have() {
    let entries = introspect(&load(FEATURES).configured(&Defines::default()).unwrap());
    assert_eq!(find(&entries, "GONE").to_json().get("features"), None);
    assert_eq!(find(&entries, "go").to_json()["features"], json!(["fast"]));
}

#[test]
fn kinds_of_values_without_a_branch_are_variants_without_members() {
    let entries = introspect(&load(
        "{ 'struct': 'Number', 'data': { 'digits': 'int' } }
{ 'union': 'Any', 'base': { 'kind': 'QType' }, 'discriminator': 'kind', 'data': { 'qnum': 'Number' } }
{ 'command': 'take', 'data': 'Any', 'boxed': true }
",
    ));
    let argument = find(&entries, "take").to_json()["arg-type"].take();
    let variants = find(&entries, argument.as_str().unwrap()).to_json()["variants"].take();
    let cases: Vec<&str> = variants.as_array().unwrap().iter().map(|it| it["case"].as_str().unwrap()).collect();
    assert_eq!(cases, ["qnum", "none", "qnull", "qstring", "qdict", "qlist", "qbool"]);
}

#[test]
fn allow_oob_is_told_of_commands_that_may_and_left_out_of_others() {
    let entries = introspect(&machine());
    assert_eq!(find(&entries, "pause").to_json()["allow-oob"], true);
    assert_eq!(find(&entries, "query-state").to_json().get("allow-oob"), None);
}

#[test]
fn every_type_that_is_named_has_its_entry_and_all_names_are_unique() {
    let entries = introspect(&machine());
    let names: std::collections::HashSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), entries.len());
    let mut named: Vec<&str> = Vec::new();
    for entry in &entries {
        match &entry.info {
            Info::Builtin { .. } | Info::Enum { .. } => {}
            Info::Array { element_type } => named.push(element_type),
            Info::Object { members, tag } => {
                named.extend(members.iter().map(|member| member.type_name.as_str()));
                named.extend(tag.iter().flat_map(|tag| &tag.variants).map(|variant| variant.type_name.as_str()));
            }
            Info::Alternate { members } => named.extend(members.iter().map(String::as_str)),
            Info::Command { arg_type, ret_type, allow_oob: _ } => named.extend([arg_type.as_str(), ret_type]),
            Info::Event { arg_type } => named.push(arg_type),
        }
    }
    assert_eq!(named.iter().find(|name| !names.contains(*name)), None);
}

#[test]
fn what_no_command_or_event_uses_is_left_out() {
    let only_used_by_itself = |entry: &&Entry| match &entry.info {
        Info::Object { members, .. } => members.iter().any(|member| member.name == "me"),
        Info::Builtin { .. }
        | Info::Enum { .. }
        | Info::Array { .. }
        | Info::Alternate { .. }
        | Info::Command { .. }
        | Info::Event { .. } => false,
    };
    assert_eq!(introspect(&machine()).iter().find(only_used_by_itself), None);
}

#[test]
fn the_text_is_one_line_of_json_and_the_pretty_text_says_the_same() {
    let entries = introspect(&machine());
    let text = introspect::to_json(&entries);
    assert!(!text.contains('\n'));
    let pretty = introspect::to_json_pretty(&entries);
    assert!(pretty.contains("\n    \"name\": \"pause\""));
    let [text, pretty]: [Value; 2] = [text, pretty].map(|text| serde_json::from_str(&text).unwrap());
    assert_eq!(text, pretty);
}
