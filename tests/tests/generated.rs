//! Types that were generated from a schema with every construct: values taken from requests and written to replies.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![deny(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

use actix_qmp_messages::{Arguments, Command, Event, QapiEnum, QapiObject};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// All constructs.
mod schema {
    actix_qmp_messages::include_schema!("every_construct");
}

/// Names that mean something in Rust already.
mod prelude_names {
    actix_qmp_messages::include_schema!("prelude_names");
}

use schema::{NodeOptions, NodeOptionsBranch, NodeRef, NodeRefOrNull, Plain, Scalar, Shape, ShapeKind, Tree};
use schema::{commands, events};

/// Takes a value and writes it: what was written must be what was taken.
fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> T {
    let taken: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&taken).unwrap(), value);
    taken
}

/// What is wrong with these arguments of a command.
fn fault<C: Command>(arguments: Value) -> String {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    match C::from_arguments(Arguments::new(arguments)) {
        Ok(_) => panic!("the arguments were taken"),
        Err(error) => error.desc().to_owned(),
    }
}

#[test]
fn all_types_of_the_language_go_round() {
    let plain: Plain = round_trip(&json!({
        "text": "a", "number": 1.5, "int": -1, "i8": -128, "i16": -32768, "i32": -1, "i64": i64::MIN,
        "u8": 255, "u16": 65535, "u32": 1, "u64": u64::MAX, "size": 4096, "bool": true, "any": [null, {}],
        "null": null, "json-type": "qdict", "list": ["b", "c"],
    }));
    assert_eq!((plain.i8, plain.u64, plain.null), (Some(-128), Some(u64::MAX), Some(())));
    round_trip::<Plain>(&json!({ "text": "" }));
}

#[test]
fn members_of_bases_come_first_and_keep_their_names_on_the_wire() {
    let value = json!({ "type": "t", "self": 1, "Register": "EAX", "colour": "2d", "members": [{ "type": "u" }] });
    let derived: schema::DeeplyDerived = round_trip(&value);
    assert_eq!((derived.r#type.as_str(), derived.self_), ("t", Some(1)));
    assert_eq!((derived.register, derived.colour), (Some(schema::Register::Eax), schema::Colour::_2d));
    let written = serde_json::to_string(&derived).unwrap();
    assert_eq!(written, r#"{"type":"t","self":1,"Register":"EAX","colour":"2d","members":[{"type":"u"}]}"#);
}

#[test]
fn values_of_an_enum_have_the_names_of_the_schema() {
    let names: Vec<&str> = schema::Colour::VALUES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["red", "dark-blue", "2d", "self"]);
    assert!(schema::Colour::VALUES.iter().all(|(name, value)| value.name() == *name && value.to_string() == *name));
}

#[test]
fn what_a_condition_excludes_is_not_there() {
    assert!(!schema::SCHEMA.commands.iter().any(|command| command.name == "hidden"));
    let fault = fault::<commands::AddFile>(json!({ "name": "a", "colour": "infra-red" }));
    assert_eq!(fault, "Parameter 'colour' does not accept value 'infra-red'");
}

#[test]
fn a_union_of_its_discriminator_alone_is_an_enum() {
    let shape: Shape = round_trip(&json!({ "kind": "circle", "radius": 2.5 }));
    assert_eq!(shape, Shape::Circle(schema::Circle { radius: 2.5 }));
    assert_eq!(shape.discriminator(), ShapeKind::Circle);
    assert_eq!(round_trip::<Shape>(&json!({ "kind": "point" })), Shape::Point);
    round_trip::<Shape>(&json!({ "kind": "square", "edge": 1, "inner": { "kind": "square", "edge": 2 } }));
}

#[test]
fn a_union_with_a_larger_base_is_a_struct_with_an_enum_of_branches() {
    let value = json!({ "node-name": "n", "driver": "nested", "detect": true, "kind": "circle", "radius": 1.0 });
    let node: NodeOptions = round_trip(&value);
    assert_eq!(node.driver, NodeOptionsBranch::Nested(Shape::Circle(schema::Circle { radius: 1.0 })));
    assert_eq!(node.node_name.as_deref(), Some("n"));
    let null: NodeOptions = round_trip(&json!({ "driver": "null" }));
    assert_eq!(null.driver, NodeOptionsBranch::Null);
}

#[test]
fn an_alternate_goes_by_the_json_type() {
    let filter = json!({ "driver": "filter", "child": { "driver": "file", "path": "p" }, "backing": null });
    let node: NodeOptions = round_trip(&filter);
    let NodeOptionsBranch::Filter(filter) = node.driver else { panic!("the driver is filter") };
    assert!(matches!(filter.child, NodeRef::Definition(_)));
    assert_eq!(filter.backing, Some(NodeRefOrNull::None));
    assert_eq!(round_trip::<NodeRef>(&json!("name")), NodeRef::Reference("name".to_owned()));
    assert_eq!(round_trip::<Scalar>(&json!("square")), Scalar::Kind(ShapeKind::Square));
    assert_eq!(round_trip::<Scalar>(&json!(1.5)), Scalar::Number(1.5));
    assert_eq!(round_trip::<Scalar>(&json!(false)), Scalar::Flag(false));
}

#[test]
fn types_that_contain_themselves_go_round() {
    let leaf = json!({ "name": "leaf" });
    let tree: Tree = round_trip(&json!({ "name": "root", "left": leaf, "more": [leaf, leaf] }));
    assert_eq!(tree.left.map(|left| left.name), Some("leaf".to_owned()));
}

#[test]
fn a_type_whose_members_all_have_defaults_has_one() {
    let plain = Plain { text: "a".to_owned(), ..Plain::default() };
    assert_eq!(serde_json::to_value(plain).unwrap(), json!({ "text": "a" }));
    assert_eq!(commands::EchoAny::default(), commands::EchoAny { value: None });
}

#[test]
fn faults_are_told_in_the_words_of_the_protocol() {
    let faults = [
        (fault::<commands::Stop>(json!({ "now": 1 })), "Parameter 'now' is unexpected"),
        (fault::<commands::AddFile>(json!({})), "Parameter 'name' is missing"),
        (fault::<commands::AddFile>(json!({ "name": 1 })), "Invalid parameter type for 'name', expected: string"),
        (fault::<commands::AddFile>(json!({ "name": "a", "times": 256 })), "Parameter 'times' expects uint8_t"),
        (
            fault::<commands::AddNode>(json!({ "driver": "file", "path": "p", "child": "c" })),
            "Parameter 'child' is unexpected",
        ),
        (fault::<commands::AddNode>(json!({ "driver": "file" })), "Parameter 'path' is missing"),
        (fault::<commands::AddNode>(json!({ "driver": "disk" })), "Parameter 'driver' does not accept value 'disk'"),
        (fault::<commands::AddNode>(json!({ "driver": "null", "path": "p" })), "Parameter 'path' is unexpected"),
        (
            fault::<commands::AddNode>(json!({ "driver": "filter", "child": 1 })),
            "Invalid parameter type for 'child', expected: NodeRef",
        ),
        (
            fault::<commands::AddNode>(json!({ "driver": "filter", "child": { "driver": "file", "path": 1 } })),
            "Invalid parameter type for 'child.path', expected: string",
        ),
        (
            fault::<commands::AddPlain>(json!({ "text": "", "list": ["a", 1] })),
            "Invalid parameter type for 'list[1]', expected: string",
        ),
    ];
    for (told, expected) in faults {
        assert_eq!(told, expected);
    }
}

#[test]
fn the_first_of_several_faults_is_that_of_the_base() {
    let told = fault::<commands::AddNode>(json!({ "driver": "file", "detect": 1, "node-name": 1, "x": 1 }));
    assert_eq!(told, "Invalid parameter type for 'node-name', expected: string");
    let told = fault::<commands::AddNode>(json!({ "driver": "file", "detect": 1, "x": 1 }));
    assert_eq!(told, "Invalid parameter type for 'detect', expected: boolean");
}

#[test]
fn arguments_of_a_command_without_generated_code_are_passed_on() {
    let arguments = json!({ "driver": 1, "what": ["ever"] });
    let anything: commands::AddAnything = round_trip(&arguments);
    assert_eq!(Value::Object(anything.arguments), arguments);
}

#[test]
fn commands_and_events_know_their_flags() {
    assert_eq!(
        (commands::Stop::NAME, commands::Stop::ALLOW_OOB, commands::Stop::ALLOW_PRECONFIG),
        ("stop", false, false)
    );
    assert_eq!((commands::AddFile::NAME, commands::AddFile::ALLOW_OOB), ("add-file", true));
    assert_eq!((commands::Quit::SUCCESS_RESPONSE, commands::Stop::SUCCESS_RESPONSE), (false, true));
    assert_eq!((events::Stop::NAME, events::Stop::HAS_DATA), ("STOP", false));
    assert_eq!((events::NodeAdded::NAME, events::NodeAdded::HAS_DATA), ("NODE_ADDED", true));
    let oob: Vec<&str> = schema::SCHEMA.commands.iter().filter(|it| it.allow_oob).map(|it| it.name).collect();
    assert_eq!(oob, ["add-file"]);
}

#[test]
fn introspection_is_json() {
    let entries: Vec<Value> = serde_json::from_str(schema::SCHEMA.introspection).unwrap();
    assert!(entries.iter().any(|entry| entry["name"] == "add-node" && entry["meta-type"] == "command"));
}

#[test]
fn names_that_rust_has_go_round() {
    use prelude_names::{commands, events};
    round_trip::<prelude_names::Default>(&json!({ "kind": "ok", "members": ["a"], "value": "v" }));
    round_trip::<commands::Result>(&json!({ "self": "s", "crate": { "err": 1, "ok": ["self", { "value": "v" }] } }));
    round_trip::<events::Vec>(&json!({ "map": ["a-b"], "serializer": { "kind": "some", "next": {} } }));
    assert_eq!((commands::Ok::NAME, commands::Err::NAME), ("ok", "err"));
    round_trip::<prelude_names::Err>(&json!({ "none": {}, "some": [{ "value": "a-b" }] }));
    assert_eq!(round_trip::<prelude_names::Clone>(&json!("none")), prelude_names::Clone::D(prelude_names::Self_::None));
}

#[test]
fn names_of_type_parameters_go_round() {
    use prelude_names::{commands, events};
    assert_eq!(round_trip::<commands::D>(&json!({ "d": "some" })).d, Some(prelude_names::Self_::Some));
    round_trip::<commands::S>(&json!({ "some": [] }));
    round_trip::<commands::M>(&json!({ "kind": "deep", "value": "c" }));
    round_trip::<events::S>(&json!({ "s": { "value": "c" } }));
    round_trip::<events::M>(&json!({ "m": null }));
    assert_eq!((commands::De::NAME, commands::None::NAME, events::D::NAME), ("de", "none", "D"));
}

#[test]
fn members_that_are_named_as_variables_go_round() {
    let value = json!({
        "members": "a", "members-": "b", "kind": "deep", "map": "c", "discriminator": "d", "value": "ok",
    });
    let all: prelude_names::Members = round_trip(&value);
    assert_eq!((all.members.as_deref(), all.members_.as_deref()), (Some("a"), Some("b")));
    let last: prelude_names::MembersLast = round_trip(&json!({ "members-": 1, "members": "plain" }));
    assert_eq!((last.members_, last.members), (Some(1), prelude_names::MembersLastBranch::Plain));
}

#[test]
fn objects_are_taken_out_of_larger_ones() {
    let Value::Object(members) = json!({ "path": "p", "other": 1 }) else { panic!("an object") };
    let mut members = Arguments::new(members);
    assert_eq!(schema::File::take(&mut members).map(|file| file.path).ok().as_deref(), Some("p"));
    assert!(members.finish().is_err());
}
