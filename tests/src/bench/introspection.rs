//! Round trips of `query-qmp-schema`, whose reply has some 200 kB: QEMU, a monitor of ours that has QEMU's entries on top
//! of its own, and a bare server that has nothing to do but write. A few replies each, in turn.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

mod told;

use tempfile::TempDir;

use self::told::Told;
use super::connection::Connection;
use super::options::Options;
use super::process::cpu_time;
use super::report::{IntrospectionFigures, Row};
use super::requests::INTROSPECTION;
use super::servers::{Availability, MonitorServer, OwnServer};
use super::statistics::Quartiles;
use super::turns;
use crate::{Failure, Outcome, Product};

/// QEMU takes a reply's 200,000 bytes of text apart again once it is written. Pinned to one CPU, that would count in the
/// next turn, which is over in less time.
const SETTLING: Duration = Duration::from_millis(20);

#[derive(Debug)]
struct Candidate {
    name: &'static str,
    source: Availability<Source>,
}

/// Something that answers.
#[derive(Debug)]
struct Source {
    connection: Connection,
    pid: u32,
    /// What it told when it was looked at; all replies must be as long.
    told: Told,
    /// Replies a turn.
    turn: usize,
    /// Lives as long as it is measured, if it is not somebody else's.
    _server: Option<OwnServer>,
}

#[derive(Debug, Default)]
struct Turns {
    medians_us: Vec<f64>,
    per_second: Vec<f64>,
    cpu_us: Vec<f64>,
}

/// Asks QEMU, and starts the others with what it told. Only QEMU has a schema of that size, so without it there is nothing to
/// measure.
fn line_up(qemu: &Availability<MonitorServer>) -> [Candidate; 3] {
    let qemu = qemu.and_then(|qemu| Source::new(Connection::open_session(qemu.address(0), &[])?, qemu.pid(), 10, None));
    let ours = qemu.and_then(|qemu| {
        let (_folder, file) = written(qemu.told.text.as_bytes())?;
        let server = OwnServer::start("schema-monitor", [&file])?;
        let connection = Connection::open_session(server.address(), &[])?;
        let source = Source::new(connection, server.pid(), 100, Some(server))?;
        source.told.expect_all_of(&qemu.told)?;
        Ok(source)
    });
    // The longer of the two replies: it is ours that the bare server is the measure of.
    let bare = ours.and_then(|ours| {
        let (_folder, file) = written(&ours.told.reply)?;
        let server = OwnServer::start("answer", [&file])?;
        Source::new(Connection::open(server.address())?, server.pid(), 100, Some(server))
    });
    [("QEMU", qemu), ("a monitor with QEMU's schema", ours), ("bare answer", bare)]
        .map(|(name, source)| Candidate { name, source })
}

/// A file that lasts until what it is for has read it: a server listens only then.
fn written(bytes: &[u8]) -> Outcome<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("introspection.json");
    std::fs::write(&file, bytes)?;
    Ok((folder, file))
}

impl Source {
    fn new(mut connection: Connection, pid: u32, turn: usize, server: Option<OwnServer>) -> Outcome<Self> {
        let (_, reply) = connection.exchange(INTROSPECTION.as_bytes())?;
        let told = Told::by(reply)?;
        Ok(Self { connection, pid, told, turn, _server: server })
    }

    fn turn(&mut self, turns: &mut Turns) -> Outcome {
        thread::sleep(SETTLING);
        let mut took_us = Vec::with_capacity(self.turn);
        let cpu_before = cpu_time(self.pid)?;
        let started = Instant::now();
        for _ in 0..self.turn {
            let (took, reply) = self.connection.exchange(INTROSPECTION.as_bytes())?;
            if reply.len() != self.told.reply.len() {
                return Err(Failure::new(format!(
                    "a reply of {} bytes, then one of {}",
                    self.told.reply.len(),
                    reply.len()
                )));
            }
            took_us.push(took.as_secs_f64() * 1e6);
        }
        let took = started.elapsed().as_secs_f64();
        let cpu = cpu_time(self.pid)?.saturating_sub(cpu_before);
        turns.medians_us.extend(Quartiles::of(took_us).map(|quartiles| quartiles.median));
        turns.per_second.push(self.turn as f64 / took);
        turns.cpu_us.push(cpu.as_secs_f64() * 1e6 / self.turn as f64);
        Ok(())
    }
}

/// Measures all, a turn each, round by round.
pub fn measure(options: &Options) -> Vec<Row<IntrospectionFigures>> {
    let qemu = MonitorServer::start(Product::Qemu, 1, options);
    let mut candidates = line_up(&qemu);
    let mut turns: Vec<Turns> = candidates.iter().map(|_| Turns::default()).collect();
    let all = candidates.iter_mut().map(|candidate| &mut candidate.source).zip(&mut turns);
    turns::take(options.extent().introspection, all, Source::turn);
    let of_qemu: Vec<f64> = turns.first().map(|qemu| qemu.per_second.clone()).unwrap_or_default();
    let row = |(candidate, turns): (Candidate, _)| {
        Row::new(candidate.name, candidate.source.then(|source| figures(&source, turns, &of_qemu)))
    };
    candidates.into_iter().zip(turns).map(row).collect()
}

fn figures(source: &Source, turns: Turns, qemu: &[f64]) -> Outcome<IntrospectionFigures> {
    let to_qemu = Quartiles::of_ratios(&turns.per_second, qemu);
    let per_second = Quartiles::of_some(turns.per_second)?;
    let bytes = source.told.reply.len();
    Ok(IntrospectionFigures {
        entries: source.told.len(),
        bytes,
        p50_us: Quartiles::of_some(turns.medians_us)?.median,
        per_second,
        bytes_per_second: per_second.median * bytes as f64,
        cpu_us: Quartiles::of_some(turns.cpu_us)?,
        to_qemu,
    })
}
