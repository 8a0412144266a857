//! A soak: clients of every kind on many monitors of one program for as long as one likes. Every answer is checked, and at the
//! end descriptors, threads and memory must be where they were.

mod chart;
mod kinds;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use serde::Serialize;
use serde_json::{Value, json};

use self::kinds::{KINDS, Role};
use crate::footprint::Footprint;
use crate::program::{Address, DEADLINE};
use crate::{Failure, Launch, Outcome, Product, Program};

/// Threads of clients at most; each has monitors of its own.
const WORKERS: usize = 64;
/// Memory that the allocator may keep of what was used once, and a dump's buffers.
const RESIDENT_ALLOWANCE: u64 = 16 << 20;

/// Clients of every kind on many monitors of one qmp-vmm, for a while: ordinary ones, many requests at once, half-close,
/// garbage, vanishing in the middle of a request or of an answer, resets, storms of events, a held dispatcher, a held main
/// thread; on UNIX sockets, and every fourth monitor on a TCP port. Every answer is checked; at the end the program must have no more
/// descriptors, threads and memory than at the beginning.
#[derive(Debug, Clone, Parser)]
#[command(name = "soak", max_term_width = 110)]
pub struct SoakOptions {
    /// How long
    #[arg(long, default_value_t = 60.0)]
    pub minutes: f64,
    /// How many monitors
    #[arg(long, default_value_t = 64)]
    pub monitors: usize,
    /// What each client does follows from this number, but not when
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Writes the report here, for machines
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Draws memory and descriptors over time here, as SVG
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,
}

/// What clients count.
#[derive(Debug, Default)]
pub struct Counts {
    /// Clients in command mode.
    pub sessions: AtomicU64,
    /// Requests that were sent.
    pub requests: AtomicU64,
    /// Answers that came, each the right one.
    pub answers: AtomicU64,
    /// Requests that were dropped since eight waited, each with its event.
    pub dropped: AtomicU64,
    /// Requests whose client had gone before an answer came.
    pub abandoned: AtomicU64,
}

/// What the program had at a moment.
#[derive(Debug, Clone, Copy, Serialize)]
struct Sample {
    seconds: f64,
    footprint: Footprint,
}

#[derive(Debug, Serialize)]
struct Report {
    seconds: u64,
    requests: u64,
    answers: u64,
    dropped: u64,
    abandoned: u64,
    faults: u64,
    clients: Vec<(&'static str, u64)>,
    samples: Vec<Sample>,
}

/// Runs it, and prints the report.
///
/// # Errors
/// On a wrong or missing answer, with what the client had seen; when the program ends, or keeps what it took.
pub fn run(options: &SoakOptions) -> Outcome {
    let mut program = Launch::new(Product::QmpVmm).monitors(options.monitors).port_every(4).start()?;
    for monitor in 0..options.monitors {
        drop(program.session_on(monitor, &[])?);
    }
    let base = Footprint::at_rest(program.pid())?;
    let (counts, clients) = (Counts::default(), KINDS.map(|_| AtomicU64::new(0)));
    let (stop, started) = (AtomicBool::new(false), Instant::now());
    let end = started + Duration::from_secs_f64(options.minutes * 60.0);
    let mut samples = vec![Sample { seconds: 0.0, footprint: base }];
    let addresses: Vec<_> = (0..options.monitors).map(|monitor| program.address(monitor).clone()).collect();
    let pid = program.pid();
    let worked = thread::scope(|scope| {
        let (addresses, counts, clients, stop) = (&addresses, &counts, &clients, &stop);
        let workers: Vec<_> = (0..WORKERS.min(options.monitors))
            .map(|worker| {
                scope.spawn(move || {
                    let worked = work(addresses, worker, options.seed, counts, clients, stop);
                    stop.fetch_or(worked.is_err(), Ordering::Relaxed);
                    worked
                })
            })
            .collect();
        let mut sampled = Ok(());
        while Instant::now() < end && !stop.load(Ordering::Relaxed) && sampled.is_ok() {
            thread::sleep(Duration::from_secs(1));
            sampled = Footprint::of(pid).map(|footprint| {
                samples.push(Sample { seconds: started.elapsed().as_secs_f64(), footprint });
                progress(started, counts, &samples);
            });
        }
        stop.store(true, Ordering::Relaxed);
        let worked = workers.into_iter().map(|worker| worker.join().map_err(|_| Failure::new("a client panicked"))?);
        // All are waited for; what a client saw says more than that the program is gone.
        worked.fold(Ok(()), Outcome::and).and(sampled)
    });
    let said: Vec<_> = program.stderr().lines().filter(|line| !line.contains("QMP on ")).collect();
    let said = said.join("\n");
    worked.map_err(|failure| Failure::new(format!("with --seed {}: {failure}\n{said}", options.seed)))?;
    if said.contains(" ERROR ") || said.contains("panicked") {
        return Err(Failure::new(format!("with --seed {}: the program says\n{said}", options.seed)));
    }
    agrees(&program, &counts, options.monitors as u64)?;
    let back = base.wait_until_back(pid, RESIDENT_ALLOWANCE);
    let last = Footprint::of(pid)?;
    samples.push(Sample { seconds: started.elapsed().as_secs_f64(), footprint: last });
    let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let report = Report {
        seconds: started.elapsed().as_secs(),
        requests: load(&counts.requests),
        answers: load(&counts.answers),
        dropped: load(&counts.dropped),
        abandoned: load(&counts.abandoned),
        faults: KINDS
            .iter()
            .zip(&clients)
            .filter(|(kind, _)| kind.role == Role::Fault)
            .map(|(_, count)| load(count))
            .sum(),
        clients: KINDS.iter().zip(&clients).map(|(kind, count)| (kind.name, load(count))).collect(),
        samples,
    };
    report.print(base, last);
    report.write(options)?;
    report.balance()?;
    back.map(drop)
}

/// What the monitors count agrees with what the clients do, and nothing is left of any.
fn agrees(program: &Program, counts: &Counts, monitors: u64) -> Outcome {
    let mut client = program.session(&["oob"])?;
    let started = Instant::now();
    let rests = |one: &Value| one["queue-length"] == 0 && one.get("running").is_none();
    let told = loop {
        let told = client.execute_oob("x-query-monitors", json!({}))?;
        // Some monitors may not have noticed yet that their last clients are gone.
        if told.as_array().is_some_and(|all| all.iter().all(rests)) || started.elapsed() > DEADLINE {
            break told;
        }
    };
    let all = told.as_array().ok_or_else(|| client.failure("no list of monitors"))?;
    let sum = |name: &str| all.iter().filter_map(|one| one["counts"][name].as_u64()).sum::<u64>();
    let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
    // Each monitor greeted one client before the others came; one more asks here; and starting asks whether it greets.
    let ours = load(&counts.sessions) + monitors + 2;
    let rests = all.iter().all(rests);
    let answered = load(&counts.answers) <= sum("in-band") + sum("out-of-band");
    if sum("sessions") == ours && sum("dropped") >= load(&counts.dropped) && rests && answered {
        return Ok(());
    }
    Err(client.failure(format!("clients opened {ours} sessions and had {counts:?}")))
}

fn progress(started: Instant, counts: &Counts, samples: &[Sample]) {
    if let (Some(now), true) = (samples.last(), samples.len() % 10 == 1) {
        let answers = counts.answers.load(Ordering::Relaxed);
        eprintln!("{:>5} s: {answers} answers, {}", started.elapsed().as_secs(), now.footprint);
    }
}

/// One client after the other, on the monitors of this worker.
fn work(
    addresses: &[Address],
    worker: usize,
    seed: u64,
    counts: &Counts,
    clients: &[AtomicU64; KINDS.len()],
    stop: &AtomicBool,
) -> Outcome {
    let mut chance = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(worker as u64));
    let monitors: Vec<_> = (worker..addresses.len()).step_by(WORKERS).collect();
    while !stop.load(Ordering::Relaxed) {
        let (monitor, kind) = (monitors[chance.usize(..monitors.len())], chance.usize(..KINDS.len()));
        (KINDS[kind].run)(&addresses[monitor], &mut chance, counts)
            .map_err(|failure| Failure::new(format!("{} on monitor {monitor}: {failure}", KINDS[kind].name)))?;
        clients[kind].fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

impl Report {
    fn print(&self, base: Footprint, last: Footprint) {
        let Self { seconds, requests, answers, dropped, abandoned, faults, .. } = self;
        println!("| {seconds} s | |\n|---|---:|\n| requests | {requests} |\n| answers | {answers} |");
        println!("| dropped | {dropped} |\n| abandoned by their clients | {abandoned} |");
        println!("| faults: clients that do what a monitor must bear | {faults} |");
        for (kind, count) in &self.clients {
            println!("| clients: {kind} | {count} |");
        }
        println!("| at first | {base} |\n| at last | {last} |");
    }

    fn write(&self, options: &SoakOptions) -> Outcome {
        if let Some(path) = &options.json {
            std::fs::write(path, serde_json::to_string_pretty(self)?)?;
        }
        options.chart.as_ref().map_or(Ok(()), |path| chart::write(&self.samples, path))
    }

    /// Each request has one answer, or one `COMMAND_DROPPED`, or nobody who waits for it.
    fn balance(&self) -> Outcome {
        let known = self.answers + self.dropped + self.abandoned;
        if known == self.requests {
            Ok(())
        } else {
            Err(Failure::new(format!("{} requests, {known} known", self.requests)))
        }
    }
}
