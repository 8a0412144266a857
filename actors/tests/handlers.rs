//! The dispatcher and its handlers: every kind, every way to fail, turns, and where it may start.

#[path = "rig/rig.rs"]
mod rig;

use std::future::poll_fn;
use std::task::Poll;

use actix::{Actor, ActorFutureExt, Arbiter, AsyncContext, Context, Handler, Message, ResponseActFuture};
use actix_qmp::QmpError;
use actix_qmp::test_support::Client;
use rig::{Notes, Rig, answer, generic_error, send_hold, send_note, test_command, within};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

type Answer = Result<Value, QmpError>;

/// With this number a handler panics.
const PANIC: i64 = -1;
/// With this number a handler fails.
const FAIL: i64 = -2;
/// With this number an actor stops itself before it answers.
const STOP: i64 = -3;

test_command! {
    /// An actor on the main arbiter runs it.
    OnMain = "on-main"
}
test_command! {
    /// An actor on another arbiter runs it.
    OnOther = "on-other"
}
test_command! {
    /// An async closure runs it.
    InFuture = "in-future"
}
test_command! {
    /// A sync closure runs it.
    InFunction = "in-function"
}
test_command! {
    /// Succeeds in silence.
    Quiet = "quiet", SUCCESS_RESPONSE: false
}
test_command! {
    /// May run out-of-band, and succeeds in silence.
    QuietOob = "quiet-oob", SUCCESS_RESPONSE: false, ALLOW_OOB: true
}

fn run(n: i64) -> Answer {
    match n {
        PANIC => panic!("asked to"),
        FAIL => Err(QmpError::generic("asked to fail")),
        n => Ok(json!({"n": n})),
    }
}

/// Runs one kind of command.
struct Machine;

impl Actor for Machine {
    type Context = Context<Self>;
}

impl Handler<OnMain> for Machine {
    type Result = Answer;

    fn handle(&mut self, OnMain { n }: OnMain, ctx: &mut Self::Context) -> Answer {
        if n == STOP {
            actix::ActorContext::terminate(ctx);
        }
        run(n)
    }
}

impl Handler<OnOther> for Machine {
    type Result = Answer;

    fn handle(&mut self, OnOther { n }: OnOther, _ctx: &mut Self::Context) -> Answer {
        run(n)
    }
}

/// All four kinds of handlers.
async fn rig_of_all_kinds(other: &Arbiter) -> Rig {
    let on_other = Machine::start_in_arbiter(&other.handle(), |_| Machine);
    Rig::start_with(|builder| {
        builder
            .command_to::<OnMain>(Machine.start().recipient())
            .command_to::<OnOther>(on_other.recipient())
            .command_async(|InFuture { n }| async move {
                tokio::task::yield_now().await;
                run(n)
            })
            .command_fn(|InFunction { n }| run(n))
    })
    .await
}

async fn execute(client: &mut Client, command: &str, n: i64) -> Value {
    client.execute_with(command, json!({"n": n}), n).await;
    let reply = client.receive().await;
    assert_eq!(reply["id"], n, "{reply}");
    reply
}

const KINDS: [&str; 4] = ["on-main", "on-other", "in-future", "in-function"];

#[actix::test]
async fn every_kind_of_handler_answers_and_fails_in_its_own_words() {
    let other = Arbiter::new();
    let mut rig = rig_of_all_kinds(&other).await;
    let mut client = rig.client().await;
    for kind in KINDS {
        for n in [1, 2] {
            assert_eq!(execute(&mut client, kind, n).await, answer(n), "{kind}");
            assert_eq!(generic_error(&execute(&mut client, kind, FAIL).await), "asked to fail", "{kind}");
        }
    }
    rig.end().await;
    other.stop();
}

#[actix::test]
async fn a_panic_is_that_commands_error_and_the_dispatcher_goes_on() {
    let other = Arbiter::new();
    let sibling = Busy { wake: None }.start();
    let sibling_on_other = Busy::start_in_arbiter(&other.handle(), |_| Busy { wake: None });
    let mut rig = rig_of_all_kinds(&other).await;
    let mut client = rig.client().await;
    for (kind, lives_on) in [("in-future", true), ("in-function", true), ("on-main", false), ("on-other", false)] {
        let panicked = execute(&mut client, kind, PANIC).await;
        let gone = format!("The handler of command '{kind}' is gone: its actor has stopped or panicked");
        let expected =
            if lives_on { format!("Internal error: the handler of command '{kind}' panicked") } else { gone.clone() };
        assert_eq!(generic_error(&panicked), expected);
        let next = execute(&mut client, kind, 5).await;
        if lives_on {
            assert_eq!(next, answer(5));
        } else {
            assert_eq!(generic_error(&next), gone, "a panic ends its actor");
        }
        send_note(&mut client, 6).await;
        assert_eq!(client.receive().await, answer(6), "{kind}: the dispatcher goes on");
        for actor in [&sibling, &sibling_on_other] {
            within("another actor of that arbiter answers", actor.send(Junk)).await.expect("it lives on");
        }
    }
    rig.end().await;
    other.stop();
}

#[actix::test]
async fn a_recipient_that_is_gone_or_stops_before_it_answers_is_an_error() {
    let other = Arbiter::new();
    let mut rig = rig_of_all_kinds(&other).await;
    let mut client = rig.client().await;
    // Terminating does not take the answer back; the next command finds nobody.
    execute(&mut client, "on-main", STOP).await;
    other.stop();
    within("the arbiter ends", tokio::task::spawn_blocking(|| other.join())).await.unwrap().unwrap();
    for kind in ["on-main", "on-other"] {
        let reply = execute(&mut client, kind, 1).await;
        assert!(generic_error(&reply).contains("is gone"), "{reply}");
    }
    send_note(&mut client, 2).await;
    assert_eq!(client.receive().await, answer(2));
    rig.end().await;
}

/// Fills a mailbox.
#[derive(Message)]
#[rtype(result = "()")]
struct Junk;

/// Has a mailbox for one message and does not look into it until it is told to.
struct Busy {
    wake: Option<oneshot::Receiver<()>>,
}

impl Actor for Busy {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1);
        if let Some(wake) = self.wake.take() {
            ctx.wait(actix::fut::wrap_future(async move { wake.await.unwrap_or_default() }));
        }
    }
}

impl Handler<Junk> for Busy {
    type Result = ();

    fn handle(&mut self, _: Junk, _ctx: &mut Self::Context) {}
}

impl Handler<OnMain> for Busy {
    type Result = Answer;

    fn handle(&mut self, OnMain { n }: OnMain, _ctx: &mut Self::Context) -> Answer {
        run(n)
    }
}

#[actix::test]
async fn a_full_mailbox_loses_no_command_and_stops_nothing_but_the_dispatcher() {
    let (wake, woken) = oneshot::channel();
    let busy = Busy { wake: Some(woken) }.start();
    let mut rig = Rig::start_with(|builder| builder.command_to::<OnMain>(busy.clone().recipient())).await;
    while busy.try_send(Junk).is_ok() {}
    let mut client = rig.client().await;
    // actix grants each sender one message beyond the bound: the command is taken, and waits for the actor.
    client.execute_with("on-main", json!({"n": 1}), 1).await;
    send_note(&mut client, 2).await;
    rig.settle().await;
    client.execute_oob("where", "oob").await;
    assert_eq!(client.receive().await["id"], "oob");
    wake.send(()).unwrap();
    assert_eq!(client.receive().await, answer(1));
    assert_eq!(client.receive().await, answer(2));
    for n in 3..20 {
        while busy.try_send(Junk).is_ok() {}
        assert_eq!(execute(&mut client, "on-main", n).await, answer(n));
    }
    rig.end().await;
}

/// Answers when it is let go, and takes other messages meanwhile.
struct Patient {
    begins: mpsc::UnboundedSender<oneshot::Sender<()>>,
}

impl Actor for Patient {
    type Context = Context<Self>;
}

impl Handler<OnMain> for Patient {
    type Result = ResponseActFuture<Self, Answer>;

    fn handle(&mut self, OnMain { n }: OnMain, _ctx: &mut Self::Context) -> Self::Result {
        let (let_go, wait) = oneshot::channel();
        self.begins.send(let_go).expect("the test listens");
        let waiting = actix::fut::wrap_future::<_, Self>(wait);
        Box::pin(waiting.map(move |let_go, _actor, _ctx| let_go.map_or_else(|_| run(FAIL), |()| run(n))))
    }
}

impl Handler<Junk> for Patient {
    type Result = ();

    fn handle(&mut self, _: Junk, ctx: &mut Self::Context) {
        actix::ActorContext::terminate(ctx);
    }
}

#[actix::test]
async fn an_answer_that_an_actor_owes_holds_commands_but_not_out_of_band_and_ends_with_the_actor() {
    let (begins, mut begun) = mpsc::unbounded_channel();
    let patient = Patient { begins }.start();
    let mut rig = Rig::start_with(|builder| builder.command_to::<OnMain>(patient.clone().recipient())).await;
    let mut client = rig.client().await;
    for n in [1, 3] {
        client.execute_with("on-main", json!({"n": n}), n).await;
        send_note(&mut client, n + 1).await;
        let let_go = within("the actor begins", begun.recv()).await.unwrap();
        client.execute_oob("where", "oob").await;
        assert_eq!(client.receive().await["id"], "oob");
        rig.settle().await;
        assert!(rig.notes.so_far().is_empty(), "the next command did not wait");
        if n == 1 {
            let_go.send(()).unwrap();
            assert_eq!(client.receive().await, answer(n));
        } else {
            patient.send(Junk).await.expect("other messages are handled meanwhile");
            let gone = client.receive().await;
            assert_eq!(gone["id"], n);
            assert!(generic_error(&gone).contains("is gone"), "{gone}");
        }
        assert_eq!(client.receive().await, answer(n + 1));
        rig.notes.so_far();
    }
    rig.end().await;
}

#[actix::test]
async fn monitors_take_turns_one_request_each() {
    let mut rig = Rig::start().await;
    let mut many = rig.client().await;
    let mut one = rig.client().await;
    send_hold(&mut many, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=8 {
        send_note(&mut many, n).await;
    }
    many.execute_oob("where", "all wait").await;
    assert_eq!(many.receive().await["id"], "all wait");
    send_note(&mut one, 100).await;
    one.execute_oob("where", "it waits").await;
    assert_eq!(one.receive().await["id"], "it waits");
    rig.holds.release(0);
    assert_eq!(one.receive().await, answer(100));
    for n in 0..=8 {
        assert_eq!(many.receive().await, answer(n));
    }
    assert_eq!(rig.notes.so_far(), [1, 100, 2, 3, 4, 5, 6, 7, 8], "the one request is second, not last");
    rig.end().await;
}

/// What was executed between one turn of this task and the next, until 8 was.
async fn batches_of_notes(mut notes: Notes) -> (Vec<Vec<i64>>, Notes) {
    let mut batches = Vec::new();
    poll_fn(|task| {
        let batch = notes.so_far();
        let done = batch.contains(&8);
        batches.push(batch);
        task.waker().wake_by_ref();
        if done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (batches, notes)
}

#[actix::test]
async fn the_main_arbiters_other_tasks_come_in_between_commands() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=8 {
        send_note(&mut client, n).await;
    }
    client.execute_oob("where", "all wait").await;
    client.receive().await;
    let batches = actix_rt::spawn(batches_of_notes(rig.notes));
    rig.holds.release(0);
    let (batches, notes) = within("all notes are taken", batches).await.unwrap();
    rig.notes = notes;
    assert!(batches.iter().all(|batch| batch.len() <= 1), "another task had no turn in between: {batches:?}");
    let seen: Vec<i64> = batches.into_iter().flatten().collect();
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8]);
    rig.end().await;
}

#[actix::test]
async fn a_command_without_success_response_is_silent_unless_it_fails() {
    let mut rig =
        Rig::start_with(|builder| builder.command_fn(|Quiet { n }| run(n)).command_oob(|QuietOob { n }| run(n))).await;
    for enable in [&[][..], &["oob"]] {
        let (_monitor, connector) = rig.add().await;
        let mut client = Client::negotiated(&connector, enable).await;
        for n in [1, FAIL, PANIC, 2] {
            client.execute_with("quiet", json!({"n": n}), n).await;
        }
        assert_eq!(client.receive().await["id"], FAIL);
        assert_eq!(client.receive().await["id"], PANIC);
        if !enable.is_empty() {
            client.execute_oob("quiet-oob", 3).await;
            client.send_json(&json!({"exec-oob": "quiet-oob", "arguments": {"n": FAIL}, "id": 4})).await;
            assert_eq!(client.receive().await["id"], 4);
        }
        send_note(&mut client, 5).await;
        assert_eq!(client.receive().await, answer(5), "silent commands leave nothing behind");
        client.execute("quiet", 6).await;
        client.half_close().await;
        assert_eq!(client.try_receive().await, None, "a silent command counts as answered");
    }
    rig.end().await;
}

/// A command whose check of its arguments panics.
#[derive(actix::Message)]
#[rtype(result = "Result<actix_qmp::Empty, QmpError>")]
struct Fragile;

impl actix_qmp::Command for Fragile {
    const NAME: &'static str = "fragile";
    const ALLOW_OOB: bool = true;
    type Return = actix_qmp::Empty;

    fn from_arguments(_arguments: actix_qmp::Arguments) -> Result<Self, QmpError> {
        panic!("a panic that the test provokes");
    }
}

#[actix::test]
async fn a_check_of_arguments_that_panics_is_that_commands_error_in_either_band() {
    let mut rig = Rig::start_with(|builder| builder.command_oob::<Fragile>(|_| Ok(actix_qmp::Empty {}))).await;
    let mut client = rig.client().await;
    for mark in ["execute", "exec-oob"] {
        client.send_json(&json!({mark: "fragile", "id": mark})).await;
        let reply = client.receive().await;
        assert_eq!(generic_error(&reply), "Internal error: the handler of command 'fragile' panicked");
        assert_eq!(reply["id"], mark);
    }
    client.execute("query-version", "next").await;
    assert_eq!(client.receive().await["id"], "next");
    rig.end().await;
}
