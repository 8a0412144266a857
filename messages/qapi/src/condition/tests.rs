//! What is left of a schema when conditions are decided.

use std::fs;

use crate::condition::{Condition, Defines};
use crate::schema::{Kind, Payload, Schema};

fn load(text: &str) -> Schema {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pumps.json");
    fs::write(&path, text).unwrap();
    Schema::load(&path).unwrap()
}

fn defines(names: &[&str]) -> Defines {
    let mut defines = Defines::default();
    for name in names {
        defines.define(name);
    }
    defines
}

fn refusal(schema: &Schema, names: &[&str]) -> String {
    schema.configured(&defines(names)).unwrap_err().message().to_owned()
}

#[test]
fn conditions_are_told_in_words() {
    let name = |name: &str| Condition::Defined(name.to_owned());
    let either = Condition::Any(vec![name("VALVE"), name("LOCK")]);
    let condition = Condition::All(vec![name("PUMP"), Condition::Not(Box::new(either.clone()))]);
    assert_eq!(condition.to_string(), "PUMP and not (VALVE or LOCK)");
    assert_eq!(either.to_string(), "VALVE or LOCK");
    assert_eq!(Condition::All(vec![name("PUMP")]).to_string(), "PUMP");
}

#[test]
fn a_condition_holds_where_its_name_is_defined() {
    let condition = Condition::Defined("HAVE_PUMP".to_owned());
    let mut defines = Defines::default();
    assert!(!condition.holds(&defines));
    defines.define("HAVE_PUMP");
    assert!(condition.holds(&defines));
    assert!(!Condition::Not(Box::new(condition)).holds(&defines));
}

#[test]
fn what_does_not_exist_is_gone_with_its_documentation() {
    let schema = load(
        "##
# @start-pump:
#
# @flow: how much
#
# @speed: how fast
#
# Features:
#
# @loud: it makes noise
##
{ 'command': 'start-pump',
  'data': { 'flow': 'int', 'speed': { 'type': 'int', 'if': 'HAVE_SPEED' } },
  'features': [ { 'name': 'loud', 'if': 'HAVE_NOISE' } ] }
{ 'event': 'PUMP_STARTED', 'if': 'HAVE_EVENTS' }
",
    );
    let left = schema.configured(&defines(&[])).unwrap();
    assert_eq!(left.definitions.keys().collect::<Vec<_>>(), ["start-pump"]);
    let definition = left.get("start-pump").unwrap();
    assert!(definition.features.is_empty());
    let doc = definition.doc.as_ref().unwrap();
    assert_eq!(doc.members.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["flow"]);
    assert!(doc.features.is_empty());

    let all = schema.configured(&defines(&["HAVE_SPEED", "HAVE_NOISE", "HAVE_EVENTS"])).unwrap();
    assert_eq!(all.definitions.len(), 2);
    let definition = all.get("start-pump").unwrap();
    assert_eq!(definition.features[0].condition, Condition::Always);
    let Kind::Command(command) = &definition.kind else { panic!("{definition:?}") };
    let Payload::Inline(members) = &command.arguments else { panic!("{command:?}") };
    assert!(members.iter().all(|member| member.condition == Condition::Always));
    assert_eq!(definition.doc.as_ref().unwrap().members.len(), 2);
}

#[test]
fn arguments_that_are_all_gone_leave_none() {
    let schema = load("{ 'event': 'PUMP_STOPPED', 'data': { 'why': { 'type': 'str', 'if': 'HAVE_REASONS' } } }");
    let left = schema.configured(&defines(&[])).unwrap();
    let Kind::Event(event) = &left.get("PUMP_STOPPED").unwrap().kind else { panic!("no event") };
    assert!(matches!(event.data, Payload::Empty));
}

#[test]
fn a_use_of_a_type_that_is_gone_is_refused_at_the_line_of_its_user() {
    let schema = load(
        "{ 'struct': 'Pump', 'data': { }, 'if': { 'all': [ 'HAVE_PUMP', { 'not': 'DRY' } ] } }
{ 'struct': 'Plant', 'data': { 'pumps': [ 'Pump' ] } }
",
    );
    let error = schema.configured(&defines(&["DRY"])).unwrap_err();
    assert_eq!(error.location().line, 2);
    assert_eq!(
        error.message(),
        "uses type 'Pump', which the configuration leaves out (its condition is HAVE_PUMP and not DRY)"
    );
    assert!(schema.configured(&defines(&["HAVE_PUMP"])).is_ok());
}

#[test]
fn every_place_that_names_a_type_counts_as_a_use() {
    let gone = "{ 'struct': 'Gone', 'data': { }, 'if': 'GONE' }
{ 'enum': 'Kind', 'data': [ 'one' ] }
";
    for user in [
        "{ 'struct': 'User', 'base': 'Gone', 'data': { } }",
        "{ 'union': 'User', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'one': 'Gone' } }",
        "{ 'union': 'User', 'base': { 'kind': 'Kind', 'a': 'Gone' }, 'discriminator': 'kind', 'data': { } }",
        "{ 'alternate': 'User', 'data': { 'one': 'Gone' } }",
        "{ 'command': 'user', 'data': 'Gone' }",
        "{ 'command': 'user', 'data': { 'one': 'Gone' } }",
        "{ 'command': 'user', 'returns': [ 'Gone' ] }",
        "{ 'event': 'USER', 'data': 'Gone', 'boxed': true }",
    ] {
        let message = refusal(&load(&format!("{gone}{user}\n")), &[]);
        assert!(message.starts_with("uses type 'Gone'"), "{user}: {message}");
    }
}

#[test]
fn a_member_that_is_gone_uses_nothing() {
    let schema = load(
        "{ 'struct': 'Pump', 'data': { }, 'if': 'HAVE_PUMP' }
{ 'struct': 'Plant', 'data': { 'pump': { 'type': 'Pump', 'if': 'HAVE_PUMP' } } }
",
    );
    let left = schema.configured(&defines(&[])).unwrap();
    assert_eq!(left.definitions.keys().collect::<Vec<_>>(), ["Plant"]);
}

#[test]
fn a_branch_goes_with_its_value() {
    let schema = load(
        "{ 'enum': 'Kind', 'data': [ 'pipe', { 'name': 'pump', 'if': 'HAVE_PUMP' } ] }
{ 'struct': 'Pump', 'data': { } }
{ 'union': 'Part', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'pump': 'Pump' } }
",
    );
    let message = refusal(&schema, &[]);
    assert_eq!(message, "branch 'pump' is for a value of enum type 'Kind' that the configuration leaves out");
    assert!(schema.configured(&defines(&["HAVE_PUMP"])).is_ok());
}

#[test]
fn free_form_comments_keep_their_places() {
    let schema = load(
        "{ 'command': 'start-pump', 'if': 'HAVE_PUMP' }

##
# = Valves
##

##
# @open-valve:
##
{ 'command': 'open-valve' }
",
    );
    assert_eq!(schema.free_form[0].before, 1);
    assert_eq!(schema.configured(&defines(&[])).unwrap().free_form[0].before, 0);
}
