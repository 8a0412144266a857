//! Schemas checked as a whole, and what they come to.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::schema::{Builtin, Kind, Payload, Schema, TypeRef};

fn load(text: &str) -> Schema {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "pumps.json", text);
    Schema::load(folder.path().join("pumps.json")).unwrap()
}

fn refusal(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "pumps.json", text);
    let error = Schema::load(folder.path().join("pumps.json")).unwrap_err().to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn names(schema: &Schema) -> Vec<&str> {
    schema.definitions.keys().map(String::as_str).collect()
}

#[test]
fn definitions_come_file_by_file_in_the_order_in_which_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "main.json",
        "{ 'command': 'first' }

##
# = Between
##

{ 'include': 'valves.json' }
{ 'command': 'second' }
{ 'include': 'locks.json' }

##
# = At the end
##
",
    );
    write(
        folder.path(),
        "valves.json",
        "{ 'include': 'locks.json' }
{ 'command': 'open-valve' }
",
    );
    write(
        folder.path(),
        "locks.json",
        "##
# = Locks
##

##
# @lock-door:
##
{ 'command': 'lock-door' }
",
    );
    let schema = Schema::load(folder.path().join("main.json")).unwrap();
    assert_eq!(names(&schema), ["first", "second", "open-valve", "lock-door"]);
    let comments: Vec<(usize, &str)> = schema.free_form.iter().map(|at| (at.before, at.text.text.trim())).collect();
    assert_eq!(comments, [(1, "= Between"), (2, "= At the end"), (3, "= Locks")]);
}

#[test]
fn types_are_told_from_builtins_and_arrays() {
    let schema = load(
        "{ 'struct': 'Pump', 'data': { 'flow': 'int', '*spare': 'Pump', 'pipes': [ 'str' ] } }
",
    );
    let Kind::Struct(pump) = &schema.get("Pump").unwrap().kind else { panic!("no struct") };
    assert_eq!(pump.members[0].type_ref, TypeRef::Builtin(Builtin::Int));
    assert_eq!(pump.members[1].type_ref, TypeRef::Named("Pump".to_owned()));
    assert_eq!((pump.members[1].name.as_str(), pump.members[1].optional), ("spare", true));
    assert_eq!(pump.members[2].type_ref, TypeRef::Array(Box::new(TypeRef::Builtin(Builtin::Str))));
}

#[test]
fn flags_say_the_opposite_of_what_goes_without_saying() {
    let schema = load(
        "{ 'command': 'plain', 'data': { } }
{ 'command': 'special', 'gen': false, 'success-response': false, 'allow-oob': true, 'allow-preconfig': true }
",
    );
    let Kind::Command(plain) = &schema.get("plain").unwrap().kind else { panic!("no command") };
    assert!(plain.generated && plain.success_response);
    assert!(!plain.allow_oob && !plain.allow_preconfig && !plain.coroutine);
    assert!(matches!(plain.arguments, Payload::Empty));
    let Kind::Command(special) = &schema.get("special").unwrap().kind else { panic!("no command") };
    assert!(!special.generated && !special.success_response && special.allow_oob && special.allow_preconfig);
}

#[test]
fn members_that_a_comment_leaves_out_are_added_in_order() {
    let schema = load(
        "##
# @start-pump:
#
# @speed: how fast
##
{ 'command': 'start-pump', 'data': { 'name': 'str', 'speed': 'int', '*flow': 'int' } }
",
    );
    let doc = schema.get("start-pump").unwrap().doc.as_ref().unwrap();
    let members: Vec<(&str, &str)> = doc.members.iter().map(|item| (item.name.as_str(), item.text.trim())).collect();
    assert_eq!(members, [("speed", "how fast"), ("name", ""), ("flow", "")]);
}

#[test]
fn a_chain_of_bases_may_be_longer_than_the_stack() {
    let count = 3_000;
    let mut text = String::new();
    for number in 0..count {
        writeln!(text, "{{ 'struct': 'Pipe{number}', 'base': 'Pipe{}', 'data': {{ }} }}", number + 1).unwrap();
    }
    let ring = format!("{text}{{ 'struct': 'Pipe{count}', 'base': 'Pipe7', 'data': {{ }} }}\n");
    writeln!(text, "{{ 'struct': 'Pipe{count}', 'data': {{ 'flow': 'int' }} }}").unwrap();
    let small_stack = std::thread::Builder::new().stack_size(128 * 1024);
    let check = move || {
        load(&text);
        refusal(&ring)
    };
    let refused = small_stack.spawn(check).unwrap().join().unwrap();
    assert_eq!(refused, "pumps.json: In struct 'Pipe7':\npumps.json:8: object Pipe7 contains itself");
}

/// It would take minutes to go through all members once for each struct.
#[test]
fn a_long_chain_of_bases_has_all_their_members() {
    let count = 20_000;
    let mut text = "{ 'struct': 'Pipe0', 'data': { 'm0': 'int' } }\n".to_owned();
    for number in 1..count {
        let base = number - 1;
        writeln!(text, "{{ 'struct': 'Pipe{number}', 'base': 'Pipe{base}', 'data': {{ 'm{number}': 'int' }} }}")
            .unwrap();
    }
    assert_eq!(load(&text).members_of("Pipe19999").len(), count);
}

#[test]
fn structs_of_one_base_do_not_know_each_others_members() {
    let text = "{ 'struct': 'Pipe', 'data': { 'flow': 'int' } }
{ 'struct': 'Hose', 'base': 'Pipe', 'data': { 'length': 'int' } }
{ 'struct': 'Tube', 'base': 'Pipe', 'data': { 'length': 'int' } }
{ 'struct': 'LongHose', 'base': 'Hose', 'data': { 'colour': 'str' } }
";
    load(text);
    let clash = format!("{text}{{ 'struct': 'Sock', 'base': 'LongHose', 'data': {{ 'length': 'int' }} }}");
    assert_eq!(
        refusal(&clash),
        "pumps.json: In struct 'Sock':\n\
         pumps.json:5: member 'length' collides with member 'length' of type 'Hose'"
    );
}

#[test]
fn a_chain_of_unions_may_be_longer_than_the_stack() {
    let count = 400;
    let mut text = "{ 'enum': 'Kind', 'data': [ 'more' ] }\n".to_owned();
    for number in 0..count {
        writeln!(
            text,
            "{{ 'union': 'Part{number}', 'base': {{ 'kind{number}': 'Kind' }}, 'discriminator': 'kind{number}', \
             'data': {{ 'more': 'Part{}' }} }}",
            number + 1
        )
        .unwrap();
    }
    let clash = format!("{text}{{ 'struct': 'Part{count}', 'data': {{ 'kind0': 'int' }} }}\n");
    writeln!(text, "{{ 'struct': 'Part{count}', 'data': {{ 'flow': 'int' }} }}").unwrap();
    let small_stack = std::thread::Builder::new().stack_size(128 * 1024);
    let check = move || {
        load(&text);
        refusal(&clash)
    };
    let refused = small_stack.spawn(check).unwrap().join().unwrap();
    assert_eq!(
        refused,
        "pumps.json: In union 'Part0':\n\
         pumps.json:2: member 'kind0' of type 'Part400' collides with base member 'kind0'"
    );
}
