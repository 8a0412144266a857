//! Runs a history: a stage, a clock that stands still, and somebody who reads the log.

use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use tokio::runtime::Runtime;
use tokio::task::LocalSet;
use tracing::Dispatch;

use super::history::History;
use super::script::{MAILBOX, Script};
use super::stage::{self, Stage, on_stage};
use super::watch::{self, Tracing, Watch};
use crate::drive::MOST_MESSAGES;
use crate::wall_clock;

/// Runs a script; `seed` decides who runs when. With [`Tracing::On`], [`watch::take_trace`] has what happened.
///
/// # Errors
/// Says what is wrong.
pub(super) fn run(runtime: &Runtime, script: &Script, seed: u64, tracing: Tracing) -> Result<(), String> {
    run_with(runtime, script, seed, tracing, |history| history.live())
}

/// The same with the script's settings alone, and what happens told by `live`.
///
/// # Errors
/// Says what is wrong.
pub(super) fn run_with<T>(
    runtime: &Runtime,
    script: &Script,
    seed: u64,
    tracing: Tracing,
    live: impl FnOnce(&mut History<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let rules: Vec<_> = script.settings.iter().map(|set| (set.limits.close_above, set.queue_full)).collect();
    watch::begin(&rules, tracing);
    MOST_MESSAGES.set(if script.mailbox < MAILBOX { script.mailbox } else { usize::MAX });
    on_stage(|stage| *stage = Stage::of(script));
    wall_clock::hold(UNIX_EPOCH);
    let _entered = runtime.enter();
    let answers = LocalSet::new();
    let _answers = answers.enter();
    // With one subscriber alone, tracing asks the thread that first comes by a place in the code whether anybody wants to
    // hear of it, and other tests' threads don't. With two it asks both.
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(Watch));
    tracing::subscriber::with_default(Watch, || {
        let mut history = History::new(runtime, script, seed, answers);
        let outcome = live(&mut history);
        // Ends the actors' last references to each other while the log is still watched.
        on_stage(|stage| stage.emitter = None);
        drop(history);
        outcome.and_then(|outcome| stage::first_fault().map_or(Ok(outcome), Err))
    })
}
