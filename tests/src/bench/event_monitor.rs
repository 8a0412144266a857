//! Monitors whose clients let an emitter go on: it has a thread of its own, as the threads of a VMM that emit events have.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use actix::System;
use actix_qmp::{EmitError, Empty, EventEmitter, Monitors, QmpError, VersionInfo};

use crate::{Failure, Outcome};

use self::schema::SCHEMA;
use self::schema::TickCounts;
use self::schema::commands::{GrantTicks, QueryTicks, Take};
use self::schema::events::Tick;

/// What this monitor has beyond those that every monitor has.
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

/// The socket of one of the monitors, of which `path` is the one that tells that all are there.
pub fn session_path(path: &Path, session: usize) -> PathBuf {
    path.with_extension(format!("{session}.sock"))
}

/// Serves on these sockets until killed.
///
/// # Errors
/// If a socket can't be made.
pub fn serve(path: &Path, sessions: usize) -> Outcome {
    System::new().block_on(async {
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
        let mut monitors = builder.start().await?;
        let paths = (0..sessions).map(|session| session_path(path, session)).chain([path.to_owned()]);
        for path in paths {
            // Dropped, a monitor would go on all the same; there is nothing to ask of it.
            let _monitor = monitors.add(format!("unix:{},server=on,wait=off", path.display()).parse()?).await?;
        }
        monitors.shutdown_trigger().triggered().await;
        Ok(())
    })
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
