//! Whole monitors against a reference model: histories from seeds, with the order in which actors run from seeds too.
//!
//! A history is a [`script`] of connections, requests, holds and ends on two monitors that share responder and
//! dispatcher. The [`executor`] polls the real actors one at a time, and chance decides whose turn it is. After every
//! turn the [`expectation`] of each session is compared with what its client read, and the [`watch`] with what the
//! monitors say in their log.
//!
//! `SIM_SEED=N` replays one history and shows all of it; `SIM_FROM` and `SIM_HISTORIES` choose others than the first 10,000.

mod chance;
mod checks;
mod client;
mod cut;
mod executor;
mod expectation;
mod history;
mod run;
mod script;
mod stage;
mod watch;
mod world;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use self::script::Script;
use self::watch::Tracing;

/// In every run of the tests.
const HISTORIES: u64 = 10_000;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime without I/O")
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// The script without the steps that don't matter to the failure.
fn shrunk(runtime: &Runtime, mut script: Script, seed: u64) -> Script {
    let mut place = script.steps.len();
    while place > 0 {
        place -= 1;
        let mut shorter = script.clone();
        shorter.steps.remove(place);
        if play(runtime, &shorter, seed, Tracing::Off).is_err() {
            script = shorter;
        }
    }
    script
}

/// Plays one history; a panic is what is wrong with it, too.
fn play(runtime: &Runtime, script: &Script, seed: u64, tracing: Tracing) -> Result<(), String> {
    let played = catch_unwind(AssertUnwindSafe(|| run::run(runtime, script, seed, tracing)));
    played.unwrap_or_else(|_| Err("the model panicked, or an actor outside of its turn".into()))
}

/// Plays a history again with a trace, and tells it; first as short as it can be made.
fn explain(seed: u64) -> Result<(), String> {
    let runtime = runtime();
    let script = Script::from_seed(seed);
    let outcome = play(&runtime, &script, seed, Tracing::On);
    let trace = watch::take_trace();
    let Err(why) = outcome else {
        println!("{}", trace.join("\n"));
        return Ok(());
    };
    let short = shrunk(&runtime, script, seed);
    let short_why = play(&runtime, &short, seed, Tracing::On).err();
    let trace = watch::take_trace();
    println!("{:#?}\n{}", short.settings, trace.join("\n"));
    println!("shortened to {} steps: {}", short.steps.len(), short_why.unwrap_or_default());
    Err(format!("seed {seed}: {why}\nreplay with SIM_SEED={seed} cargo test -p actix-qmp --lib simulation"))
}

/// Runs a history for each seed; the first seed that fails.
fn first_failure(from: u64, histories: u64) -> Option<u64> {
    let (next, failed) = (AtomicU64::new(from), AtomicU64::new(u64::MAX));
    let stop = AtomicBool::new(false);
    let work = || {
        let runtime = runtime();
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + histories {
                break;
            }
            if let Err(why) = play(&runtime, &Script::from_seed(seed), seed, Tracing::Off) {
                eprintln!("seed {seed}: {why}");
                failed.fetch_min(seed, Ordering::Relaxed);
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, Into::into);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    Some(failed.into_inner()).filter(|&seed| seed != u64::MAX)
}

#[test]
fn whatever_happens_each_request_has_its_answer_and_nothing_else_comes() {
    if let Some(seed) = number("SIM_SEED") {
        explain(seed).unwrap_or_else(|why| panic!("{why}"));
        return;
    }
    let failed = first_failure(number("SIM_FROM").unwrap_or(0), number("SIM_HISTORIES").unwrap_or(HISTORIES));
    if let Some(seed) = failed {
        panic!(
            "{}",
            explain(seed).err().unwrap_or(format!("seed {seed} failed, but not when it was played once more"))
        );
    }
}

#[test]
fn the_same_seed_is_the_same_history() {
    let runtime = runtime();
    let traces = [1, 2].map(|_| {
        run::run(&runtime, &Script::from_seed(7), 7, Tracing::On).expect("a history without a fault");
        watch::take_trace()
    });
    assert!(traces[0].len() > 100, "the trace has only {} lines", traces[0].len());
    assert_eq!(traces[0], traces[1]);
}
