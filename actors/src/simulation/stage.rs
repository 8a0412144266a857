//! What handlers do and leave behind, and the faults found on the way: one stage for each thread.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Duration;

use actix::{Actor, Context, Handler, Recipient};
use actix_qmp_messages::{Arguments, Command, Event, QmpError};
use serde::Serialize;
use serde_json::{Value, json};

use super::script::{MAILBOX, Script};
use super::watch::note;
use crate::command_table::Registry;
use crate::emitter::{EmitError, EventEmitter};
use crate::handler::{InBand, outcome};

/// Declares a command whose only argument is the tag of its request.
macro_rules! sim_command {
    ($type:ident = $name:literal $(, $constant:ident: $value:literal)*) => {
        pub(super) struct $type(String);

        impl actix::Message for $type {
            type Result = Result<Value, QmpError>;
        }

        impl Command for $type {
            const NAME: &'static str = $name;
            $(const $constant: bool = $value;)*
            type Return = Value;

            fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
                let tag: String = arguments.required("tag")?;
                arguments.finish().map(|()| Self(tag))
            }
        }
    };
}

sim_command!(Plain = "sim-plain");
sim_command!(ByActor = "sim-actor");
sim_command!(Big = "sim-big");
sim_command!(Slow = "sim-slow");
sim_command!(Pause = "sim-pause");
sim_command!(Fail = "sim-fail");
sim_command!(Panics = "sim-panic");
sim_command!(Emits = "sim-emit");
sim_command!(Silent = "sim-silent", SUCCESS_RESPONSE: false);
sim_command!(Oob = "sim-oob", ALLOW_OOB: true);
sim_command!(OobPanics = "sim-oob-panic", ALLOW_OOB: true);
sim_command!(OobEmits = "sim-oob-emit", ALLOW_OOB: true);

/// Not throttled; numbered over the whole history.
#[derive(Serialize)]
struct Happened {
    n: u64,
}

impl Event for Happened {
    const NAME: &'static str = "HAPPENED";
}

/// Throttled: one per second.
#[derive(Serialize)]
struct Tick {
    n: u64,
}

impl Event for Tick {
    const NAME: &'static str = "TICK";
}

/// What the handlers of one history share.
#[derive(Default)]
pub(super) struct Stage {
    pub(super) emitter: Option<EventEmitter>,
    /// How often the handler of each request began, by tag.
    pub(super) started: HashMap<String, usize>,
    /// Requests whose handler ended.
    pub(super) finished: HashSet<String>,
    /// The event that a request's handler emitted.
    pub(super) emitted: HashMap<String, u64>,
    pub(super) last_event: u64,
    pub(super) last_tick: u64,
    /// Clients whose session is over: nothing of theirs may begin.
    pub(super) dead: HashSet<usize>,
    /// Events may be refused.
    pub(super) mailboxes_are_small: bool,
    /// The actor that runs commands is gone.
    pub(super) performer_gone: bool,
    /// The end was asked for: nothing may begin at all.
    pub(super) triggered: bool,
    /// Slow commands don't wait any more.
    pub(super) all_released: bool,
    releases: usize,
    waiting: Option<Waker>,
    faults: Vec<String>,
}

impl Stage {
    pub(super) fn of(script: &Script) -> Self {
        Self { mailboxes_are_small: script.mailbox < MAILBOX, ..Self::default() }
    }
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

/// Looks at the stage; `look` must not call handlers or emit.
pub(super) fn on_stage<T>(look: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(look)
}

pub(super) fn fault(what: String) {
    on_stage(|stage| stage.faults.push(what));
}

pub(super) fn first_fault() -> Option<String> {
    on_stage(|stage| stage.faults.first().cloned())
}

/// The client that made the request: `c7q3` is the third of client 7.
pub(super) fn client_of(tag: &str) -> Option<usize> {
    tag.strip_prefix('c')?.split_once('q')?.0.parse().ok()
}

/// Lets one slow command go: the one that runs, or the next.
pub(super) fn release_slow() {
    let waker = on_stage(|stage| {
        stage.releases = 1;
        stage.waiting.take()
    });
    waker.into_iter().for_each(Waker::wake);
}

/// Lets all go from now on.
pub(super) fn release_all_slow() {
    let waker = on_stage(|stage| {
        stage.all_released = true;
        stage.waiting.take()
    });
    waker.into_iter().for_each(Waker::wake);
}

fn count(tag: &str) {
    note(|| format!("handler of {tag} begins"));
    on_stage(|stage| *stage.started.entry(tag.to_owned()).or_default() += 1);
}

fn begin(tag: &str) {
    count(tag);
    let client = client_of(tag);
    on_stage(|stage| {
        if client.is_some_and(|client| stage.dead.contains(&client)) {
            stage.faults.push(format!("{tag} was begun though its session is over"));
        }
        if stage.triggered && !tag.contains('o') {
            stage.faults.push(format!("{tag} was begun though the end was asked for"));
        }
    });
}

fn end(tag: String) -> Result<Value, QmpError> {
    let answer = json!({"tag": &tag});
    on_stage(|stage| stage.finished.insert(tag));
    Ok(answer)
}

/// Emits the next event; `tag` is the request whose handler does so.
pub(super) fn emit(tag: Option<&str>) {
    let (emitter, n) = on_stage(|stage| {
        stage.last_event += 1;
        if let Some(tag) = tag {
            stage.emitted.insert(tag.to_owned(), stage.last_event);
        }
        (stage.emitter.clone(), stage.last_event)
    });
    note(|| format!("event {n} is emitted"));
    let outcome = emitter.map(|emitter| emitter.emit(Happened { n }));
    on_stage(|stage| match outcome {
        Some(Ok(())) => {}
        // Nobody gets it then.
        Some(Err(EmitError::Full)) if stage.mailboxes_are_small => {
            stage.last_event -= 1;
            tag.map(|tag| stage.emitted.remove(tag));
        }
        None | Some(Err(EmitError::Full | EmitError::Closed)) => {
            stage.faults.push(format!("event {n} was not emitted: {outcome:?}"));
        }
    });
}

/// Emits the next throttled event.
pub(super) fn tick() {
    let (emitter, n) = on_stage(|stage| {
        stage.last_tick += 1;
        (stage.emitter.clone(), stage.last_tick)
    });
    let outcome = emitter.map(|emitter| emitter.emit(Tick { n }));
    on_stage(|stage| match outcome {
        Some(Ok(())) => {}
        Some(Err(EmitError::Full)) if stage.mailboxes_are_small => stage.last_tick -= 1,
        None | Some(Err(EmitError::Full | EmitError::Closed)) => {
            stage.faults.push(format!("tick {n} was not emitted: {outcome:?}"));
        }
    });
}

async fn wait_for_release() {
    poll_fn(|task| {
        on_stage(|stage| {
            if stage.all_released || stage.releases > 0 {
                stage.releases = 0;
                return Poll::Ready(());
            }
            stage.waiting = Some(task.waker().clone());
            Poll::Pending
        })
    })
    .await;
}

/// A panic that prints nothing.
fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("a handler of the simulation"))
}

/// An actor of the embedder, which runs commands.
pub(super) struct Performer;

impl Actor for Performer {
    type Context = Context<Self>;
}

impl Handler<ByActor> for Performer {
    type Result = Result<Value, QmpError>;

    fn handle(&mut self, ByActor(tag): ByActor, _context: &mut Context<Self>) -> Self::Result {
        // Begun by the dispatcher, maybe before the end was asked for; and finished only when the dispatcher knows of it.
        count(&tag);
        Ok(json!({"tag": tag}))
    }
}

/// Panic.
#[derive(actix::Message)]
#[rtype(result = "()")]
pub(super) struct Leave;

impl Handler<Leave> for Performer {
    type Result = ();

    fn handle(&mut self, _message: Leave, _context: &mut Context<Self>) {
        on_stage(|stage| stage.performer_gone = true);
        panic_quietly()
    }
}

/// Registers all of them.
pub(super) fn register(registry: &mut Registry, performer: Recipient<ByActor>) {
    registry.add::<ByActor>(InBand::actor(performer), None);
    registry.add::<Plain>(
        InBand::closure(|Plain(tag)| {
            begin(&tag);
            end(tag)
        }),
        None,
    );
    let big = |Big(tag): Big| {
        begin(&tag);
        end(tag.clone()).map(|_| json!({"tag": tag, "padding": "x".repeat(700)}))
    };
    registry.add::<Big>(InBand::closure(big), None);
    let slow = |Slow(tag)| async {
        begin(&tag);
        wait_for_release().await;
        end(tag)
    };
    registry.add::<Slow>(InBand::future(slow), None);
    let pause = |Pause(tag)| async {
        begin(&tag);
        tokio::time::sleep(Duration::from_millis(50)).await;
        end(tag)
    };
    registry.add::<Pause>(InBand::future(pause), None);
    let fail = |Fail(tag): Fail| {
        begin(&tag);
        end(tag.clone()).and(Err(QmpError::generic(format!("failed: {tag}"))))
    };
    registry.add::<Fail>(InBand::closure(fail), None);
    let panics = |Panics(tag): Panics| {
        begin(&tag);
        end(tag)?;
        panic_quietly()
    };
    registry.add::<Panics>(InBand::closure(panics), None);
    let emits = |Emits(tag): Emits| {
        begin(&tag);
        emit(Some(&tag));
        end(tag)
    };
    registry.add::<Emits>(InBand::closure(emits), None);
    registry.add::<Silent>(
        InBand::closure(|Silent(tag)| {
            begin(&tag);
            end(tag)
        }),
        None,
    );
    register_oob::<Oob>(registry, |Oob(tag)| {
        begin(&tag);
        end(tag)
    });
    let panics = |OobPanics(tag): OobPanics| {
        begin(&tag);
        end(tag)?;
        panic_quietly()
    };
    register_oob::<OobPanics>(registry, panics);
    let emits = |OobEmits(tag): OobEmits| {
        begin(&tag);
        emit(Some(&tag));
        end(tag)
    };
    register_oob::<OobEmits>(registry, emits);
}

fn register_oob<C: Command>(registry: &mut Registry, run: fn(C) -> Result<C::Return, QmpError>) {
    let run_oob = move |arguments| outcome::<C>(C::from_arguments(arguments).and_then(run));
    registry.add::<C>(InBand::closure(run), Some(Box::new(run_oob)));
}
