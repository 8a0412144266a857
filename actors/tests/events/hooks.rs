//! Events that are emitted from within the monitor's own work: while it checks arguments, drops a command, writes an
//! answer or another event.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::{panic, thread};

use actix_qmp::test_support::Client;
use actix_qmp::{Arguments, Command, Event, EventEmitter, MonitorsBuilder, QmpError, Style, ThrottleRule};
use serde::{Serialize, Serializer};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard, watch};

use super::{FOR_EVER, assert_happened, next_event};
use crate::rig::{Happened, PATIENCE, Rig, answer, send_hold, send_note};

/// Where `hooked` emits, which it can't be told otherwise.
static EVENTS: LazyLock<watch::Sender<Option<EventEmitter>>> = LazyLock::new(|| watch::channel(None).0);
/// Whoever uses it has it alone.
static TURN: Mutex<()> = Mutex::const_new(());

/// From where an event was emitted: the last digit of its number.
#[derive(Clone, Copy)]
enum Hook {
    Arguments = 1,
    Drop = 2,
    Serialize = 3,
}

/// The event of this hook of number `n`.
fn number(n: i64, hook: Hook) -> i64 {
    10 * n + hook as i64
}

fn emit(events: &EventEmitter, n: i64, hook: Hook) {
    // One that was not emitted is missed by the test; at the end of a test nobody takes them.
    let _ = events.emit(Happened { n: number(n, hook) });
}

/// Emits as its arguments are checked and as it is dropped; what it returns, as it is serialised.
struct Hooked {
    n: i64,
    events: EventEmitter,
}

struct HookedAnswer {
    n: i64,
    events: EventEmitter,
}

impl actix::Message for Hooked {
    type Result = Result<HookedAnswer, QmpError>;
}

impl Command for Hooked {
    const NAME: &'static str = "hooked";
    const ALLOW_OOB: bool = true;
    type Return = HookedAnswer;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let n = arguments.optional("n")?.unwrap_or_default();
        let events = EVENTS.borrow().clone().expect("a test has its turn");
        emit(&events, n, Hook::Arguments);
        arguments.finish().map(|()| Self { n, events })
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        emit(&self.events, self.n, Hook::Drop);
    }
}

impl Serialize for HookedAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        emit(&self.events, self.n, Hook::Serialize);
        json!({"n": self.n}).serialize(serializer)
    }
}

async fn rig_with_hooked() -> (Rig, MutexGuard<'static, ()>) {
    let turn = TURN.lock().await;
    let register = |builder: MonitorsBuilder| {
        EVENTS.send_replace(Some(builder.events()));
        builder.command_oob(|hooked: Hooked| Ok(HookedAnswer { n: hooked.n, events: hooked.events.clone() }))
    };
    (Rig::start_with(register).await, turn)
}

async fn send_hooked(client: &mut Client, member: &str, n: i64) {
    client.send_json(&json!({member: "hooked", "arguments": {"n": n}, "id": n})).await;
}

/// Runs a test, whose own thread too may wait for ever when an event is emitted.
fn unless_it_stands_still<S: Future<Output = ()>>(test: impl FnOnce() -> S + Send + 'static) {
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix::System::new().block_on(test());
        tell.send(())
    });
    match told.recv_timeout(2 * PATIENCE) {
        Ok(()) => (),
        Err(RecvTimeoutError::Disconnected) => panic::resume_unwind(thread.join().expect_err("it panicked")),
        Err(RecvTimeoutError::Timeout) => panic!("a thread that emits an event has waited for {:?}", 2 * PATIENCE),
    }
}

/// That nothing but the answer to this comes next.
async fn assert_nothing_before(client: &mut Client, n: i64) {
    send_note(client, n).await;
    assert_eq!(client.receive().await, answer(n), "something came twice, or late");
}

/// So many events, in whatever order: their numbers, sorted.
async fn numbers(client: &mut Client, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        numbers.push(next_event(client).await.1["n"].as_i64().expect("a number"));
    }
    numbers.sort_unstable();
    numbers
}

#[test]
fn every_hook_of_a_command_may_emit_in_both_bands_and_each_event_comes_once() {
    unless_it_stands_still(run_in_both_bands);
}

async fn run_in_both_bands() {
    let (mut rig, _turn) = rig_with_hooked().await;
    let mut client = rig.client().await;
    let mut other = rig.client().await;
    for n in 0..200 {
        let member = ["execute", "exec-oob"][n as usize % 2];
        send_hooked(&mut client, member, n).await;
        assert_happened(&mut client, number(n, Hook::Arguments)).await;
        assert_happened(&mut client, number(n, Hook::Drop)).await;
        assert_eq!(client.receive().await, answer(n), "{member}");
        assert_happened(&mut client, number(n, Hook::Serialize)).await;
        for hook in [Hook::Arguments, Hook::Drop, Hook::Serialize] {
            assert_happened(&mut other, number(n, hook)).await;
        }
    }
    for client in [&mut client, &mut other] {
        assert_nothing_before(client, -1).await;
    }
    rig.end().await;
}

#[test]
fn a_command_may_emit_as_it_is_refused_dropped_or_forgotten_with_its_session() {
    unless_it_stands_still(refuse_drop_and_forget);
}

async fn refuse_drop_and_forget() {
    let (mut rig, _turn) = rig_with_hooked().await;
    let mut client = rig.client().await;
    let mut other = rig.client().await;
    client.send(r#"{"execute": "hooked", "arguments": {"n": 0, "wrong": 1}, "id": 0}"#).await;
    assert_happened(&mut client, number(0, Hook::Arguments)).await;
    assert!(client.receive().await.get("error").is_some());
    send_hold(&mut client, 0).await;
    rig.holds.runs(0).await;
    for n in 1..=8 {
        if n == 5 {
            // It waits until everything before it is answered, and what follows waits with it in the queue.
            client.send(r#"{"execute": 7, "id": "malformed"}"#).await;
        }
        send_hooked(&mut client, "execute", n).await;
    }
    while client.receive().await["event"] != "COMMAND_DROPPED" {}
    let checked = (0..=8).map(|n| number(n, Hook::Arguments));
    let mut expected: Vec<_> = checked.chain([number(8, Hook::Drop)]).collect();
    expected.sort_unstable();
    assert_eq!(numbers(&mut other, expected.len()).await, expected);
    // Of those that wait, the dispatcher has some and the queue the others; the command before them goes on.
    drop(client);
    let forgotten: Vec<_> = (1..=7).map(|n| number(n, Hook::Drop)).collect();
    assert_eq!(numbers(&mut other, forgotten.len()).await, forgotten);
    rig.holds.release(0);
    assert_nothing_before(&mut other, -1).await;
    rig.end().await;
}

/// An event that emits others: the first time it is serialised, and as it is dropped.
struct Telling {
    n: i64,
    key: i64,
    events: EventEmitter,
    told: AtomicBool,
}

impl Event for Telling {
    const NAME: &'static str = "TELLING";
}

impl Serialize for Telling {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.told.swap(true, Ordering::SeqCst) {
            emit(&self.events, self.n, Hook::Serialize);
        }
        json!({"n": self.n, "key": self.key}).serialize(serializer)
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        emit(&self.events, self.n, Hook::Drop);
    }
}

fn emit_telling(rig: &Rig, n: i64, key: i64) {
    let telling = Telling { n, key, events: rig.events.clone(), told: AtomicBool::new(false) };
    rig.events.emit(telling).expect("room for an event");
}

async fn assert_told(client: &mut Client, n: i64, key: i64) {
    assert_eq!(next_event(client).await, ("TELLING".to_owned(), json!({"n": n, "key": key})));
    assert_happened(client, number(n, Hook::Serialize)).await;
}

#[test]
fn an_event_may_emit_as_it_is_serialised_and_dropped_and_each_comes_once_to_compact_and_pretty_sessions() {
    unless_it_stands_still(emit_in_both_styles);
}

async fn emit_in_both_styles() {
    let rule = ThrottleRule { event: Telling::NAME, key: Some("key"), period: FOR_EVER };
    for rules in [&[][..], &[rule]] {
        let throttled = |builder: MonitorsBuilder| rules.iter().fold(builder, |builder, rule| builder.throttle(*rule));
        let mut rig = Rig::start_with(throttled).await;
        let (_pretty, pretty) = rig.add_with(|options| options.style = Style::Pretty).await;
        let mut clients = [rig.client().await, Client::negotiated(&pretty, &["oob"]).await];
        for n in 0..100 {
            emit_telling(&rig, n, n);
            for client in &mut clients {
                assert_told(client, n, n).await;
                assert_happened(client, number(n, Hook::Drop)).await;
            }
        }
        for client in &mut clients {
            assert_nothing_before(client, -1).await;
        }
        rig.end().await;
    }
}

#[test]
fn a_throttled_event_may_emit_as_its_key_is_read_and_as_a_later_one_replaces_it() {
    unless_it_stands_still(replace_throttled);
}

async fn replace_throttled() {
    let rule = ThrottleRule { event: Telling::NAME, key: Some("key"), period: FOR_EVER };
    let mut rig = Rig::start_with(|builder| builder.throttle(rule)).await;
    let mut client = rig.client().await;
    emit_telling(&rig, 0, 0);
    assert_told(&mut client, 0, 0).await;
    assert_happened(&mut client, number(0, Hook::Drop)).await;
    for n in 1..100 {
        emit_telling(&rig, n, 0);
        assert_happened(&mut client, number(n, Hook::Serialize)).await;
        if n > 1 {
            assert_happened(&mut client, number(n - 1, Hook::Drop)).await;
        }
    }
    assert_nothing_before(&mut client, -1).await;
    // The last one is kept, and emits as the responder goes.
    rig.end().await;
}

/// An event whose data can't be turned into text.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("asked to")
    }
}

impl Event for Broken {
    const NAME: &'static str = "BROKEN";
}

#[actix::test]
async fn an_event_that_panics_when_it_is_serialised_is_left_out_and_nothing_else() {
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    for n in 0..3 {
        rig.events.emit(Broken).unwrap();
        rig.events.emit(Happened { n }).unwrap();
        assert_happened(&mut client, n).await;
    }
    rig.end().await;
}
