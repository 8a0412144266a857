//! One command, and at each of its steps in turn somebody ends the session.

use actix_qmp_messages::{Oob, OutputLimits};
use tokio::runtime::Runtime;

use super::history::History;
use super::run::run_with;
use super::runtime;
use super::script::{Ask, MAILBOX, Naming, Script, Setting, Step};
use super::watch::Tracing;
use crate::options::IdRule;
use crate::queue::QueueFull;

/// The kinds of commands, and requests that are none.
const ASKS: [Ask; 8] = [
    Ask::InBand("sim-plain"),
    Ask::InBand("sim-slow"),
    Ask::InBand("sim-actor"),
    Ask::InBand("sim-panic"),
    Ask::InBand("sim-emit"),
    Ask::OutOfBand("sim-oob-emit"),
    Ask::BadArguments,
    Ask::BadJson,
];

/// Who ends it.
const CUTS: [Step; 4] = [
    Step::CloseMonitor { monitor: 0, within_ms: 300 },
    Step::CloseMonitor { monitor: 0, within_ms: 0 },
    Step::Close { client: 0 },
    Step::HalfClose { client: 0 },
];

fn script(queue_full: QueueFull, buffer_bytes: usize) -> Script {
    let limits = OutputLimits { suspend_above: 400, close_above: 3200 };
    let setting = Setting { queue_full, ids: IdRule::WhereNeeded, offered: Oob::Enabled, limits, buffer_bytes };
    Script { settings: vec![setting; 2], steps: Vec::new(), mailbox: MAILBOX }
}

/// Takes that many turns of a command and ends it; says whether it had as many.
fn cut_after(history: &mut History<'_>, oob: Oob, ask: Ask, turns: usize, cut: Step) -> Result<bool, String> {
    let send = |ask| Step::Send { client: 0, ask, naming: Naming::WithId };
    history.take(Step::Connect { monitor: 0 })?;
    history.take(send(Ask::Negotiate(oob)))?;
    history.exchange()?;
    history.take(send(ask))?;
    history.exchange_with(0)?;
    let mut taken = 0;
    while taken < turns && history.poll_one()? {
        taken += 1;
    }
    history.take(cut)?;
    // Another client, who waits until the first is gone, and the other monitor.
    for monitor in [0, 1] {
        history.take(Step::Connect { monitor })?;
        history.take(send(Ask::Negotiate(oob)))?;
        history.take(send(Ask::InBand("sim-plain")))?;
    }
    history.drain()?;
    history.shut_down()?;
    Ok(taken == turns)
}

/// Ends a command after each of its turns; says how many it had.
fn cut_at_each_turn(runtime: &Runtime, script: &Script, oob: Oob, ask: Ask, cut: Step, seed: u64) -> usize {
    let is_cut_after = |turns: &usize| {
        let live = |history: &mut History<'_>| cut_after(history, oob, ask, *turns, cut);
        run_with(runtime, script, seed, Tracing::Off, live)
            .unwrap_or_else(|why| panic!("{cut:?} after {turns} turns of {ask:?}, {oob:?}, order {seed}: {why}"))
    };
    (0..).take_while(is_cut_after).count()
}

#[test]
fn at_each_step_of_a_command_its_session_may_end_and_the_next_is_served() {
    let runtime = runtime();
    let mut turns = 0;
    for (queue_full, oob, buffer) in [(QueueFull::Drop, Oob::Enabled, 64), (QueueFull::Suspend, Oob::Disabled, 700)] {
        let script = script(queue_full, buffer);
        for (ask, cut) in ASKS.into_iter().flat_map(|ask| CUTS.map(|cut| (ask, cut))) {
            turns += (0..3).map(|seed| cut_at_each_turn(&runtime, &script, oob, ask, cut, seed)).sum::<usize>();
        }
    }
    assert!(turns > 1000, "only {turns} steps");
}
