//! Handlers that move the machine, and the two moments at which a migration needs the main thread: its last phase at
//! the source, and its arrival at the destination.
//!
//! `migrate-incoming`, `yank` and `query-yank` don't need the machine in either band: functions of
//! [`super::OutOfBand`].

use std::time::Instant;

use actix::Handler;
use actix_qmp::{Empty, QmpError};

use crate::machine::runstate::RunState;
use crate::machine::{Machine, OutOfBand};
use crate::migration::DeviceState;
use crate::migration::address::{MigrationUri, UriError};
use crate::migration::incoming::Arrival;
use crate::migration::outgoing::{Converged, Outgoing, Source};
use crate::migration::progress::{Begun, Progress};
use crate::qapi::MigrationStatus;
use crate::qapi::commands::{Migrate, MigrateCancel, MigrateIncoming, QueryMigrate, Yank};
use crate::qapi::{MigrationInfo, YankInstance};

impl OutOfBand {
    /// `migrate-incoming`
    ///
    /// # Errors
    /// In QEMU's words.
    pub fn migrate_incoming(&self, command: &MigrateIncoming) -> Result<Empty, QmpError> {
        self.incoming.start(&command.uri)
    }

    /// `yank`
    ///
    /// # Errors
    /// In QEMU's words.
    pub fn yank(&self, command: &Yank) -> Result<Empty, QmpError> {
        self.yank.yank(&command.instances)
    }

    /// `query-yank`
    #[must_use]
    pub fn query_yank(&self) -> Vec<YankInstance> {
        self.yank.instances()
    }
}

impl Handler<Migrate> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, command: Migrate, _: &mut Self::Context) -> Self::Result {
        self.may_migrate(&command)?;
        let uri = MigrationUri::parse(&command.uri).map_err(|error| {
            QmpError::generic(match error {
                UriError::UnknownProtocol(_) => "Parameter 'uri' expects a valid migration protocol".to_owned(),
                UriError::NoPath | UriError::NotAnAddress(_) => error.to_string(),
            })
        })?;
        let progress = Progress::new(self.events.clone());
        // A fresh one always begins; begun is what the thread expects it to be.
        let Begun::Yes = progress.begin() else {
            return Err(QmpError::generic("There's a migration process in progress"));
        };
        let source = Source { ram: self.ram.clone(), cpus: self.vcpus.states().len() };
        let yank = &self.out_of_band.yank;
        let outgoing = Outgoing::start(source, uri, progress.clone(), yank, self.reports.clone());
        self.outgoing = Some(outgoing.map_err(|error| {
            progress.fail(&error);
            QmpError::generic(format!("Cannot start a thread: {}", crate::os_error::words(&error)))
        })?);
        Ok(Empty {})
    }
}

impl Handler<MigrateCancel> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: MigrateCancel, _: &mut Self::Context) -> Self::Result {
        if let Some(outgoing) = &self.outgoing {
            outgoing.cancel();
        }
        Ok(Empty {})
    }
}

impl Handler<QueryMigrate> for Machine {
    type Result = Result<MigrationInfo, QmpError>;

    fn handle(&mut self, _: QueryMigrate, _: &mut Self::Context) -> Self::Result {
        let outgoing = self.outgoing.as_ref().map(|outgoing| outgoing.progress().outgoing_info());
        Ok(outgoing.unwrap_or_else(|| self.out_of_band.incoming.info()))
    }
}

impl Machine {
    /// In the order in which QEMU checks.
    fn may_migrate(&self, command: &Migrate) -> Result<(), QmpError> {
        let under_way = self.outgoing.as_ref().is_some_and(|outgoing| outgoing.progress().is_under_way());
        let refusal = if command.resume == Some(true) {
            "Cannot resume if there is no paused migration"
        } else if under_way {
            "There's a migration process in progress"
        } else if self.state == RunState::Inmigrate {
            "Guest is waiting for an incoming migration"
        } else if self.state == RunState::Postmigrate {
            "Can't migrate the vm that was paused due to previous migration"
        } else if self.state == RunState::Shutdown {
            "The machine is shutting down"
        } else if self.dumps.is_running() {
            "Live migration disabled: dump-guest-memory in progress"
        } else if command.blk == Some(true) || command.inc == Some(true) {
            "Block migration is not possible: this machine has no disks"
        } else {
            return Ok(());
        };
        Err(QmpError::generic(refusal))
    }

    /// The last phase at the source: stops the guest, and blocks this thread until the destination has everything.
    pub(super) fn finish_migration(&mut self, converged: Converged) {
        let progress = converged.progress().clone();
        if progress.status() != Some(MigrationStatus::Active) || self.state == RunState::Shutdown {
            // Given up meanwhile. The connection first, so that what is over can't be yanked.
            drop(converged);
            progress.fail(&"The migration was given up");
            return;
        }
        let before = self.state;
        let stopped = Instant::now();
        self.halt_guest(RunState::FinishMigrate);
        let state = DeviceState { run_state: before, cpus: self.vcpus.states() };
        match converged.finish(&state) {
            Ok(()) => {
                self.state = RunState::Postmigrate;
                progress.complete(Some(stopped.elapsed()));
            }
            Err(error) => {
                tracing::warn!(%error, "migration_failed");
                self.return_to(before);
                progress.fail(&error);
            }
        }
    }

    /// The arrival at the destination: the guest goes on here as it was there.
    pub(super) fn take_arrival(&mut self, arrival: Arrival) {
        if self.state != RunState::Inmigrate {
            return;
        }
        self.vcpus.load(&arrival.state.cpus);
        let state = arrival.state.run_state.after_arrival(self.autostart);
        tracing::info!(?state, "machine_arrived");
        self.return_to(state);
        arrival.progress.complete(None);
    }
}
