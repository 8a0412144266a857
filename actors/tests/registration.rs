//! What the monitors are told before they start: where, which commands, which schemas.

#[path = "rig/rig.rs"]
mod rig;

use std::thread;

use actix::Arbiter;
use actix_qmp::qapi::{Schema, SchemaCommand};
use actix_qmp::{Command, Monitors, QmpError, RegistrationError, StartError, VersionInfo};
use rig::{PATIENCE, Rig, generic_error, test_command, within};
use serde_json::{Value, json};
use tokio::sync::oneshot;

test_command! {
    /// A sync closure runs it.
    InFunction = "in-function"
}
test_command! {
    /// May run out-of-band.
    AllowsOob = "allows-oob", ALLOW_OOB: true
}

fn run(n: i64) -> Result<Value, QmpError> {
    Ok(json!({"n": n}))
}

#[actix::test]
async fn monitors_start_only_on_the_main_arbiter() {
    let other = Arbiter::new();
    let (tell, told) = oneshot::channel();
    other.spawn_fn(move || {
        actix_rt::spawn(async move {
            let started = Monitors::builder(VersionInfo::new("test")).start().await;
            // Refused when the test has failed.
            let _ = tell.send(started.err());
        });
    });
    let error = within("the start is refused", told).await.unwrap().expect("not started");
    assert!(matches!(error, StartError::NotOnMainArbiter { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("must be started on the main arbiter") && !text.contains('\n'), "{text}");
    other.stop();

    let elsewhere = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { Monitors::builder(VersionInfo::new("test")).start().await.err() })
    });
    let error = elsewhere.join().unwrap().expect("not started");
    assert!(matches!(error, StartError::NoSystem), "{error}");
    assert!(error.to_string().contains("no actix system"), "{error}");
}

async fn registration_error(error: Option<StartError>, command: &str) -> RegistrationError {
    let error = error.expect("not started");
    assert!(error.to_string().contains(&format!("'{command}'")), "does not name the command: {error}");
    match error {
        StartError::Registration(error) => error,
        StartError::NoSystem | StartError::NotOnMainArbiter { .. } | StartError::Thread(_) => panic!("{error}"),
    }
}

#[actix::test]
async fn mistakes_of_registration_name_the_command() {
    let builder = || Monitors::builder(VersionInfo::new("test")).without_schema();
    let twice = builder().command_fn(|InFunction { n }| run(n)).command_fn(|InFunction { n }| run(n));
    let error = registration_error(twice.start().await.err(), InFunction::NAME).await;
    assert_eq!(error, RegistrationError::Twice(InFunction::NAME));

    let not_allowed = builder().command_oob(|InFunction { n }| run(n));
    let error = registration_error(not_allowed.start().await.err(), InFunction::NAME).await;
    assert_eq!(error, RegistrationError::OobNotAllowed(InFunction::NAME));

    let missing = builder().command_fn(|AllowsOob { n }| run(n));
    let error = registration_error(missing.start().await.err(), AllowsOob::NAME).await;
    assert_eq!(error, RegistrationError::OobMissing(AllowsOob::NAME));

    test_command! {
        /// Has the name of a built-in command.
        BuiltIn = "query-version"
    }
    let built_in = builder().command_fn(|BuiltIn { n }| run(n));
    let error = registration_error(built_in.start().await.err(), BuiltIn::NAME).await;
    assert_eq!(error, RegistrationError::Twice(BuiltIn::NAME));
}

#[actix::test]
async fn handlers_and_schemas_that_do_not_match_are_mistakes_that_name_the_command() {
    const SCHEMA: Schema =
        Schema { commands: &[SchemaCommand { name: InFunction::NAME, allow_oob: false }], introspection: "[]" };
    let builder = || Monitors::builder(VersionInfo::new("test"));
    let error = registration_error(builder().schema(&SCHEMA).start().await.err(), InFunction::NAME).await;
    assert_eq!(error, RegistrationError::NoHandler(InFunction::NAME));

    let without = builder().command_fn(|InFunction { n }| run(n));
    let error = registration_error(without.start().await.err(), InFunction::NAME).await;
    assert_eq!(error, RegistrationError::NotInSchema(InFunction::NAME));

    const WITH_OOB: Schema =
        Schema { commands: &[SchemaCommand { name: InFunction::NAME, allow_oob: true }], introspection: "[]" };
    let other = builder().schema(&WITH_OOB).command_fn(|InFunction { n }| run(n));
    let error = registration_error(other.start().await.err(), InFunction::NAME).await;
    assert_eq!(error, RegistrationError::OtherThanSchema(InFunction::NAME));

    let in_two = builder().schema(&actix_qmp::schema::SCHEMA);
    let error = registration_error(in_two.start().await.err(), "qmp_capabilities").await;
    assert_eq!(error, RegistrationError::InTwoSchemas("qmp_capabilities".to_owned()));

    let matching = builder().schema(&SCHEMA).command_fn(|InFunction { n }| run(n));
    let monitors = matching.start().await.expect("schema and handlers match");
    monitors.shutdown(PATIENCE).await.expect("an orderly end");
}

#[actix::test]
async fn registered_commands_are_listed_and_checked_before_they_run() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    client.execute("query-commands", 1).await;
    let reply = client.receive().await;
    let names: Vec<&str> =
        reply["return"].as_array().unwrap().iter().filter_map(|info| info["name"].as_str()).collect();
    for name in ["hold", "note", "where", "qmp_capabilities", "query-version", "query-commands", "x-oob-test"] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    for (arguments, desc) in [
        (json!({"n": "one"}), "Invalid parameter type for 'n', expected: integer"),
        (json!({"m": 1}), "Parameter 'm' is unexpected"),
        (json!({"n": 1, "m": 1}), "Parameter 'm' is unexpected"),
    ] {
        client.execute_with("note", arguments, 2).await;
        assert_eq!(generic_error(&client.receive().await), desc);
    }
    client.execute("x-oob-test", 3).await;
    assert_eq!(generic_error(&client.receive().await), "Parameter 'lock' is missing");
    assert!(rig.notes.so_far().is_empty(), "a handler ran with arguments that were refused");
    rig.end().await;
}
