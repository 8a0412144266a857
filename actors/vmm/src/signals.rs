//! The end by SIGTERM, SIGINT or SIGHUP.
//!
//! Signals are awaited on an arbiter of their own: the main thread may stand still for a dump or a stuck migration when
//! one comes, and must be freed before it can shut anything down.

use std::io;

use actix::Addr;
use actix_rt::Arbiter;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::machine::{EmergencyStop, Machine, TurnOff};
use crate::qapi::ShutdownCause;

/// Watches for signals, on a thread of its own, and turns the machine off when one comes.
///
/// # Errors
/// When there is no thread, or a signal can't be caught.
pub async fn watch(machine: Addr<Machine>, emergency_stop: EmergencyStop) -> io::Result<()> {
    let (caught, catching) = tokio::sync::oneshot::channel();
    Arbiter::try_new()?.spawn(async move {
        let signals = Signals::catch();
        let (mut signals, result) = match signals {
            Ok(signals) => (Some(signals), Ok(())),
            Err(error) => (None, Err(error)),
        };
        // Whoever started the watch may have given up.
        let _ = caught.send(result);
        while let Some(signals) = &mut signals {
            let name = signals.next().await;
            tracing::info!(name, "signal_received");
            emergency_stop.pull();
            if let Err(error) = machine.try_send(TurnOff { cause: ShutdownCause::HostSignal }) {
                tracing::warn!(%error, "turn_off_not_sent");
            }
        }
    });
    catching.await.map_err(io::Error::other)?
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.hangup.recv() => "SIGHUP",
        }
    }
}
