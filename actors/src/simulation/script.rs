//! What happens in a history: its setting, its steps, both from a seed.

use actix_qmp_messages::{Oob, OutputLimits};

use super::chance::Chance;
use crate::options::IdRule;
use crate::queue::QueueFull;

/// One monitor's options.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) queue_full: QueueFull,
    pub(super) ids: IdRule,
    pub(super) offered: Oob,
    pub(super) limits: OutputLimits,
    /// Of the chardev, in each direction.
    pub(super) buffer_bytes: usize,
}

/// Whether a request says who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    WithId,
    /// Where the answer can be told from others all the same; otherwise it has one.
    WithoutId,
}

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Negotiate(Oob),
    /// A command that a handler runs, by name.
    InBand(&'static str),
    /// The same, marked out-of-band.
    OutOfBand(&'static str),
    /// No such command.
    Unknown,
    /// An argument that the command has not.
    BadArguments,
    /// A member that no request has.
    BadMember,
    /// No JSON.
    BadJson,
}

/// Something that happens. Numbers choose one of those that are there, if there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect {
        monitor: usize,
    },
    Send {
        client: usize,
        ask: Ask,
        naming: Naming,
    },
    HalfClose {
        client: usize,
    },
    Close {
        client: usize,
    },
    StopReading {
        client: usize,
    },
    ReadOn {
        client: usize,
    },
    Hold {
        monitor: usize,
    },
    /// Counted from the newest.
    Release {
        hold: usize,
    },
    ReleaseSlow,
    Emit,
    Tick,
    Advance {
        milliseconds: u64,
    },
    /// The embedder ends one of its monitors; the others go on.
    CloseMonitor {
        monitor: usize,
        within_ms: u64,
    },
    /// The actor that runs commands panics: from then on it is gone.
    EndPerformer,
    /// Everybody runs until nobody can.
    Settle,
}

/// How many monitors share responder and dispatcher.
pub(super) const MONITORS: usize = 2;

/// One history in so many is of a kind; this one closes a monitor midway: those whose seeds leave this over.
const ONE_IN: u64 = 10;
const CLOSES_AT: u64 = 3;
/// In those that leave this over mailboxes are so small that they are often full.
const SMALL_AT: u64 = 6;
/// In those that leave this over the embedder's actor panics.
const PANICS_AT: u64 = 8;

/// Mailboxes are opened with this bound, as in a program.
pub(super) const MAILBOX: usize = 16;

/// A whole history, but for who runs when.
#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) settings: Vec<Setting>,
    pub(super) steps: Vec<Step>,
    /// How many messages an actor's mailbox has room for, beside one of each sender.
    pub(super) mailbox: usize,
}

impl Script {
    pub(super) fn from_seed(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let settings = (0..MONITORS).map(|_| setting(&mut chance)).collect();
        let mut steps = vec![Step::Connect { monitor: 0 }, negotiate(&mut chance)];
        let length = 20 + chance.below(35);
        let flood = chance.below(3);
        while steps.len() < length {
            add(&mut steps, &mut chance, flood);
        }
        let mut midway = |chance: &mut Chance, step| steps.insert(2 + chance.below(steps.len() - 2), step);
        let mut mailbox = MAILBOX;
        match seed % ONE_IN {
            CLOSES_AT => {
                let step = Step::CloseMonitor { monitor: chance.below(MONITORS), within_ms: chance.pick(&[1, 300]) };
                midway(&mut chance, step);
            }
            SMALL_AT => mailbox = chance.pick(&[1, 2]),
            PANICS_AT => midway(&mut chance, Step::EndPerformer),
            _ => {}
        }
        Self { settings, steps, mailbox }
    }
}

fn setting(chance: &mut Chance) -> Setting {
    let suspend_above = chance.pick(&[400, 2000, 1024 * 1024]);
    Setting {
        queue_full: chance.pick(&[QueueFull::Drop, QueueFull::Drop, QueueFull::Suspend]),
        ids: chance.pick(&[IdRule::WhereNeeded, IdRule::WhereNeeded, IdRule::Required]),
        offered: chance.pick(&[Oob::Enabled, Oob::Enabled, Oob::Enabled, Oob::Disabled]),
        limits: OutputLimits { suspend_above, close_above: suspend_above * chance.pick(&[2, 8]) },
        buffer_bytes: chance.pick(&[64, 700, 64 * 1024]),
    }
}

fn negotiate(chance: &mut Chance) -> Step {
    let oob = chance.pick(&[Oob::Enabled, Oob::Enabled, Oob::Disabled]);
    Step::Send { client: chance.below(8), ask: Ask::Negotiate(oob), naming: Naming::WithId }
}

fn ask(chance: &mut Chance) -> Ask {
    const IN_BAND: [&str; 10] = [
        "sim-plain",
        "sim-actor",
        "sim-big",
        "sim-slow",
        "sim-slow",
        "sim-pause",
        "sim-fail",
        "sim-panic",
        "sim-emit",
        "sim-silent",
    ];
    match chance.below(20) {
        0..=11 => Ask::InBand(chance.pick(&IN_BAND)),
        12 => Ask::InBand(chance.pick(&["sim-oob", "sim-oob-emit", "sim-oob-panic"])),
        13 | 14 => Ask::OutOfBand(chance.pick(&["sim-oob", "sim-oob-emit", "sim-oob-panic", "sim-plain", "sim-none"])),
        15 => Ask::Unknown,
        16 => Ask::BadArguments,
        17 => Ask::BadMember,
        18 => Ask::BadJson,
        _ => Ask::Negotiate(chance.pick(&[Oob::Enabled, Oob::Disabled])),
    }
}

fn add(steps: &mut Vec<Step>, chance: &mut Chance, flood: usize) {
    let client = chance.below(8);
    let monitor = chance.below(MONITORS);
    match chance.below(100) {
        0..=9 => steps.extend([Step::Connect { monitor }, negotiate(chance)]),
        10..=44 => {
            let many = if flood > 0 && chance.percent(30) { 9 + chance.below(6) } else { 1 };
            let send = |_| {
                let ask = ask(chance);
                let naming = if chance.percent(85) { Naming::WithId } else { Naming::WithoutId };
                Step::Send { client, ask, naming }
            };
            steps.extend((0..many).map(send));
        }
        45..=48 => steps.push(Step::HalfClose { client }),
        49..=53 => steps.push(Step::Close { client }),
        54..=57 => steps.push(Step::StopReading { client }),
        58..=60 => steps.push(Step::ReadOn { client }),
        61..=66 => {
            steps.push(Step::Hold { monitor });
            if chance.percent(40) {
                steps.push(Step::Release { hold: 0 });
            }
        }
        67..=72 => steps.push(Step::Release { hold: client }),
        73..=78 => steps.push(Step::ReleaseSlow),
        79..=83 => steps.push(Step::Emit),
        84 | 85 => steps.push(Step::Tick),
        86..=89 => steps.push(Step::Advance { milliseconds: chance.pick(&[1, 60, 400, 1100]) }),
        _ => steps.push(Step::Settle),
    }
}
