//! Monitors whose clients let an emitter go on: it has a thread of its own, as the threads of a VMM that emit events have.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use actix_qmp::{EmitError, Empty, EventEmitter, Monitors, QmpError, VersionInfo};

use self::schema::commands::{GrantTicks, QueryTicks, Take};
use self::schema::events::Tick;
use self::schema::{SCHEMA, TickCounts};
use crate::{Failure, Outcome};

/// What these monitors have beyond those that every monitor has.
mod schema {
    actix_qmp::include_schema!("event_monitor");
}

/// When it is refused an event, or has to keep to a rate, the emitter sleeps: the I/O thread takes about this many
/// events meanwhile that the bound (4096) has not run empty.
const NAP: Duration = Duration::from_micros(500);

/// Bursts of a rate are so far apart.
const BURST: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct Counts {
    emitted: AtomicU64,
    refused: AtomicU64,
}

/// Serves this many until killed; `path` as in [`path_of`](super::path_of).
///
/// # Errors
/// If a socket can't be made.
pub fn serve(path: &Path, monitors: usize) -> Outcome {
    let builder = Monitors::builder(VersionInfo::new("event-monitor")).schema(&SCHEMA);
    let counts = Arc::new(Counts::default());
    let (grants, granted) = channel();
    let (events, counted) = (builder.events(), Arc::clone(&counts));
    thread::Builder::new().name("emitter".to_owned()).spawn(move || emit(&events, &granted, &counted))?;
    let builder = builder
        .command_oob(move |grant: GrantTicks| {
            grants.send(grant).map(|()| Empty {}).map_err(|_| QmpError::generic("the emitter has ended"))
        })
        .command_oob(move |_: QueryTicks| {
            let emitted = counts.emitted.load(Ordering::Relaxed);
            Ok(TickCounts { emitted, refused: counts.refused.load(Ordering::Relaxed) })
        })
        .command_oob(|_: Take| Ok(Empty {}));
    super::serve(path, monitors, builder)
}

/// Emits what is granted, in order, without loss, until the monitors end.
fn emit(events: &EventEmitter, grants: &Receiver<GrantTicks>, counts: &Counts) {
    for grant in grants {
        let started = Instant::now();
        for number in 0..grant.count {
            if let Some(rate) = grant.per_second {
                keep_to(started + Duration::from_secs_f64(number as f64 / rate.max(1) as f64));
            }
            if emit_one(events, counts).is_err() {
                return;
            }
        }
    }
}

/// Returns when `due` has come; if it has to sleep at all, the next events of a high rate will be due as well.
fn keep_to(due: Instant) {
    let early = due.saturating_duration_since(Instant::now());
    if !early.is_zero() {
        thread::sleep(early.max(BURST));
    }
}

fn emit_one(events: &EventEmitter, counts: &Counts) -> Outcome {
    let number = counts.emitted.load(Ordering::Relaxed);
    loop {
        match events.emit(Tick { number }) {
            Ok(()) => break,
            Err(EmitError::Full) => {
                counts.refused.fetch_add(1, Ordering::Relaxed);
                thread::sleep(NAP);
            }
            Err(closed @ EmitError::Closed) => return Err(Failure::new(closed)),
        }
    }
    counts.emitted.store(number + 1, Ordering::Relaxed);
    Ok(())
}
