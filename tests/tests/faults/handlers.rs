//! Handlers that misbehave, over sockets: the client that asked is told or waits, the others and the next are served.
//!
//! The monitors are the test's own, whose process has what the tests beside it take: what is left behind is looked at in
//! [a process](what_handlers_took_is_given_back_in_a_process_of_their_own) that runs these tests again, one at a time.

use std::env;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};

use actix::{Actor, Arbiter, ArbiterHandle, Context, Handler, Recipient};
use actix_qmp::{Event, EventEmitter, QmpError};
use actix_qmp_tests::client::Marker;
use actix_qmp_tests::embedded::Embedded;
use actix_qmp_tests::footprint::KEEP_NOTHING;
use actix_qmp_tests::program::DEADLINE;
use actix_qmp_tests::{Failure, Outcome, QmpClient};
use serde::Serialize;
use serde_json::{Value, json};

use crate::base::Base;

/// Set in a process that runs one test of this file at a time, and nothing else.
const ALONE: &str = "QMP_TESTS_ALONE";

/// What this process has while its monitors are at rest, where no other test runs in it.
struct OwnBase(Option<Base>);

impl OwnBase {
    /// After one session, which makes what is made once.
    fn of(monitors: &Embedded) -> Outcome<Self> {
        drop(monitors.session(0, &[])?);
        env::var_os(ALONE).map(|_| Base::of_process(std::process::id())).transpose().map(Self)
    }

    /// The clients have gone, the monitors are there.
    fn is_back(&self) -> Outcome {
        self.0.as_ref().map_or(Ok(()), |base| base.is_back_in_process(std::process::id()))
    }
}

#[test]
fn what_handlers_took_is_given_back_in_a_process_of_their_own() -> Outcome {
    const THIS: &str = "handlers::what_handlers_took_is_given_back_in_a_process_of_their_own";
    // Each test of it has its own bounds.
    let output = Command::new(env::current_exe()?)
        .args(["handlers::", "--skip", THIS, "--test-threads=1"])
        .env(ALONE, "1")
        .env(KEEP_NOTHING.0, KEEP_NOTHING.1)
        .env("RUST_BACKTRACE", "0")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains(" 0 passed"), "no test was run: {said}");
    Ok(())
}

/// A command without arguments that returns any JSON value.
macro_rules! command {
    ($(#[$doc:meta])* $type:ident = $name:literal) => {
        $(#[$doc])*
        struct $type;

        impl actix::Message for $type {
            type Result = Result<Value, QmpError>;
        }

        impl actix_qmp::Command for $type {
            const NAME: &'static str = $name;
            type Return = Value;

            fn from_arguments(arguments: actix_qmp::Arguments) -> Result<Self, QmpError> {
                arguments.finish().map(|()| Self)
            }
        }
    };
}

command! {
    /// Panics.
    Panics = "panics"
}
command! {
    /// Never returns.
    Never = "never"
}
command! {
    /// Stops the main thread until the test lets it go.
    Blocks = "blocks"
}
command! {
    /// Emits so many events that a client which does not read has to be cut off.
    Floods = "floods"
}
command! {
    /// An actor runs it.
    OfMachine = "of-machine"
}
command! {
    /// Does what it is asked for.
    Fine = "fine"
}

command! {
    /// An actor runs it, and panics.
    Breaks = "breaks"
}

/// 1 KiB each.
#[derive(Debug, Serialize)]
struct Flood {
    text: String,
}

impl Event for Flood {
    const NAME: &'static str = "FLOOD";
}

/// More than a session may hold.
const FLOOD: usize = 32 << 10;

struct Machine;

impl Actor for Machine {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1);
    }
}

impl Handler<OfMachine> for Machine {
    type Result = Result<Value, QmpError>;

    fn handle(&mut self, _: OfMachine, _ctx: &mut Self::Context) -> Self::Result {
        Ok(json!("done"))
    }
}

struct Breaking;

impl Actor for Breaking {
    type Context = Context<Self>;
}

impl Handler<Breaks> for Breaking {
    type Result = Result<Value, QmpError>;

    fn handle(&mut self, _: Breaks, _ctx: &mut Self::Context) -> Self::Result {
        panic!("asked to")
    }
}

fn is_fine(client: &mut QmpClient) -> Outcome {
    assert_eq!(client.execute("fine", json!({}))?, json!("fine"));
    Ok(())
}

fn desc(client: &mut QmpClient, command: &str) -> Outcome<String> {
    client.send(json!({"execute": command}).to_string())?;
    Ok(client.next_answer()?["error"]["desc"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_handler_that_panics_is_an_error_each_time_and_nothing_else() -> Outcome {
    let monitors = Embedded::start(2, |builder| {
        builder.without_schema().command_fn(|Panics| panic!("asked to")).command_fn(|Fine| Ok(json!("fine")))
    })?;
    let base = OwnBase::of(&monitors)?;
    let (mut client, mut other) = (monitors.session(0, &[])?, monitors.session(1, &["oob"])?);
    for _ in 0..100 {
        assert_eq!(desc(&mut client, "panics")?, "Internal error: the handler of command 'panics' panicked");
        is_fine(&mut client)?;
        is_fine(&mut other)?;
    }
    drop((client, other));
    base.is_back()
}

#[test]
fn a_handler_that_never_returns_holds_commands_but_no_session_and_no_out_of_band_command() -> Outcome {
    let (release, released) = tokio::sync::watch::channel(false);
    let monitors = Embedded::start(3, move |builder| {
        builder
            .without_schema()
            .command_async(move |Never| {
                let mut released = released.clone();
                async move {
                    released
                        .wait_for(|released| *released)
                        .await
                        .map_err(|_| QmpError::generic("the test has ended"))?;
                    Ok(json!("after all"))
                }
            })
            .command_fn(|Fine| Ok(json!("fine")))
    })?;
    let base = OwnBase::of(&monitors)?;
    let mut waits = monitors.session(2, &["oob"])?;
    for round in 0..20 {
        let mut client = monitors.session(0, &["oob"])?;
        client.send(r#"{"execute": "never", "id": 1}"#)?;
        client.wait_until_running("never")?;
        monitors.session(1, &["oob"])?.execute_oob("x-query-monitors", json!({}))?;
        if round == 0 {
            waits.send(r#"{"execute": "fine", "id": "waits"}"#)?;
        }
        waits.expect_silence(Marker::OutOfBand)?;
    }
    release.send_replace(true);
    assert_eq!(waits.next_answer()?, json!({"return": "fine", "id": "waits"}));
    is_fine(&mut monitors.session(0, &[])?)?;
    drop(waits);
    base.is_back()
}

fn blocking(opened: Receiver<()>) -> impl Fn(Blocks) -> Result<Value, QmpError> {
    move |Blocks| match opened.recv_timeout(DEADLINE) {
        Ok(()) => Ok(json!("let go")),
        Err(error) => Err(QmpError::generic(error.to_string())),
    }
}

#[test]
fn a_handler_that_blocks_the_main_thread_delays_neither_clients_nor_out_of_band_commands() -> Outcome {
    let (open, opened): (Sender<()>, _) = channel();
    let monitors = Embedded::start(2, |builder| {
        builder.without_schema().command_fn(blocking(opened)).command_fn(|Fine| Ok(json!("fine")))
    })?;
    let base = OwnBase::of(&monitors)?;
    let mut client = monitors.session(0, &["oob"])?;
    client.send(r#"{"execute": "blocks", "id": 1}"#)?;
    client.wait_until_running("blocks")?;
    for _ in 0..100 {
        client.execute_oob("x-query-monitors", json!({}))?;
        // Connected, negotiated and answered while the main thread stands still.
        monitors.session(1, &["oob"])?.execute_oob("x-query-monitors", json!({}))?;
    }
    open.send(())?;
    assert_eq!(client.next_answer()?, json!({"return": "let go", "id": 1}));
    is_fine(&mut client)?;
    drop(client);
    base.is_back()
}

fn flood(events: &EventEmitter) -> Result<Value, QmpError> {
    let text = "x".repeat(1 << 10);
    for _ in 0..FLOOD {
        // Refused when the I/O thread can't follow, which is what a flood comes to.
        let _refused = events.emit(Flood { text: text.clone() });
    }
    Ok(json!("flooded"))
}

#[test]
fn a_flood_of_events_closes_who_does_not_read_and_harms_nobody_else() -> Outcome {
    let monitors = Embedded::start(3, |builder| {
        let events = builder.events();
        builder.without_schema().command_fn(move |Floods| flood(&events)).command_fn(|Fine| Ok(json!("fine")))
    })?;
    // What the client takes for so many events is the process's too, and the allocator keeps it for the next time.
    monitors.session(1, &[])?.execute("floods", json!({}))?;
    let base = OwnBase::of(&monitors)?;
    let mut deaf = monitors.session(0, &[])?;
    for _ in 0..4 {
        let mut client = monitors.session(1, &[])?;
        assert_eq!(client.execute("floods", json!({}))?, json!("flooded"));
        is_fine(&mut monitors.session(2, &[])?)?;
    }
    deaf.expect_cut_behind_events()?;
    is_fine(&mut monitors.session(0, &[])?)?;
    drop(deaf);
    base.is_back()
}

#[test]
fn a_machine_whose_arbiter_stops_is_an_error_also_for_the_command_that_is_with_it() -> Outcome {
    let (tell, told) = channel();
    let monitors = Embedded::start(2, move |builder| {
        let arbiter = Arbiter::new();
        let machine = Machine::start_in_arbiter(&arbiter.handle(), |_| Machine);
        tell.send(arbiter).expect("the test waits");
        builder.without_schema().command_to::<OfMachine>(machine.recipient()).command_fn(|Fine| Ok(json!("fine")))
    })?;
    let arbiter = told.recv()?;
    let base = OwnBase::of(&monitors)?;
    let mut client = monitors.session(0, &[])?;
    assert_eq!(client.execute("of-machine", json!({}))?, json!("done"));
    let (open, opened): (Sender<()>, Receiver<()>) = channel();
    arbiter.spawn_fn(move || {
        // The test opens it, or has failed.
        let _ = opened.recv_timeout(DEADLINE);
    });
    client.send(r#"{"execute": "of-machine"}"#)?;
    arbiter.stop();
    open.send(())?;
    arbiter.join().map_err(|_| Failure::new("the arbiter panicked"))?;
    const GONE: &str = "The handler of command 'of-machine' is gone: its actor has stopped or panicked";
    // It was executed before the arbiter ended, or never will be.
    let answer = client.next_answer()?;
    assert!(answer["return"] == "done" || answer["error"]["desc"] == GONE, "{answer}");
    assert_eq!(desc(&mut client, "of-machine")?, GONE);
    is_fine(&mut client)?;
    is_fine(&mut monitors.session(1, &["oob"])?)?;
    drop(client);
    base.is_back()
}

/// Actors that run commands, on one arbiter.
fn siblings(arbiter: &ArbiterHandle) -> (Recipient<Breaks>, Recipient<OfMachine>) {
    let breaking = Breaking::start_in_arbiter(arbiter, |_| Breaking);
    (breaking.recipient(), Machine::start_in_arbiter(arbiter, |_| Machine).recipient())
}

/// Where actors are.
#[derive(Clone, Copy)]
enum Place {
    /// With the monitors.
    MainArbiter,
    /// On a thread of their own.
    OwnArbiter,
}

fn a_sibling_goes_on(place: Place) -> Outcome {
    let monitors = Embedded::start(2, move |builder| {
        let (breaking, sibling) = siblings(&match place {
            Place::MainArbiter => Arbiter::current(),
            // It ends with the system.
            Place::OwnArbiter => Arbiter::new().handle(),
        });
        let builder = builder.without_schema().command_fn(|Fine| Ok(json!("fine")));
        builder.command_to::<Breaks>(breaking).command_to::<OfMachine>(sibling)
    })?;
    let base = OwnBase::of(&monitors)?;
    let (mut client, mut other) = (monitors.session(0, &["oob"])?, monitors.session(1, &["oob"])?);
    for _ in 0..20 {
        // The first of them panics, the others find nobody.
        let desc = desc(&mut client, "breaks")?;
        assert_eq!(desc, "The handler of command 'breaks' is gone: its actor has stopped or panicked");
        for client in [&mut client, &mut other] {
            client.execute_oob("x-query-monitors", json!({}))?;
            assert_eq!(client.execute("of-machine", json!({}))?, json!("done"));
            is_fine(client)?;
        }
    }
    drop((client, other));
    is_fine(&mut monitors.session(0, &[])?)?;
    base.is_back()
}

#[test]
fn an_actor_that_panics_is_its_commands_error_and_its_sibling_on_the_same_arbiter_goes_on() -> Outcome {
    a_sibling_goes_on(Place::OwnArbiter)
}

#[test]
fn an_actor_that_panics_on_the_main_arbiter_is_its_commands_error_and_its_sibling_goes_on() -> Outcome {
    a_sibling_goes_on(Place::MainArbiter)
}
