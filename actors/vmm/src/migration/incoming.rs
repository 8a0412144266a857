//! The destination's side of a migration.
//!
//! [`Incoming::start`] may be called from any thread, the one that runs out-of-band commands too: it binds the socket,
//! which never waits, and hands it to the thread `migration-in`, which does all the rest. The machine's main thread is
//! not needed before the guest is to run.
//!
//! After a failure (a yank is one) `start` may be called again: RAM is written anew from the first page on.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use actix_qmp::{Empty, QmpError};
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use crate::events::Events;
use crate::machine::memory::{GuestRam, PAGE_SIZE, RamError};
use crate::machine::reports::WorkerReport;
use crate::migration::address::MigrationUri;
use crate::migration::connection::{Connection, Listener};
use crate::migration::progress::{Begun, Progress};
use crate::migration::stream::{Frame, FrameReader, FrameWriter, Hello, StreamError};
use crate::migration::yank::{Registration, YankRegistry};
use crate::migration::{DeviceState, MigrationError};
use crate::qapi::{MigrationInfo, SocketAddress};

/// A handle to the incoming migration; clones share it.
#[derive(Clone)]
pub struct Incoming {
    /// `None` for a machine that was not started with `--incoming`.
    orders: Option<SyncSender<Order>>,
    progress: Progress,
    address: watch::Sender<Option<SocketAddress>>,
    yank: YankRegistry,
}

enum Order {
    Receive { listener: Listener, registration: Registration },
    End,
}

/// The thread `migration-in`. Dropping it ends and joins it; whoever drops it has closed the yank registry.
#[derive(Debug)]
pub struct IncomingThread {
    orders: SyncSender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// A machine's state that has arrived, RAM and all.
pub struct Arrival {
    /// All but RAM.
    pub state: DeviceState,
    /// To be completed when the guest is where it should be.
    pub progress: Progress,
}

impl Incoming {
    /// For a machine that doesn't wait for a migration.
    #[must_use]
    pub fn absent(events: Events) -> Self {
        Self {
            orders: None,
            progress: Progress::new(events),
            address: watch::Sender::new(None),
            yank: YankRegistry::default(),
        }
    }

    /// For a machine that waits for a migration into `ram`, which is reported to `reports`.
    ///
    /// # Errors
    /// When the host has no thread to give.
    pub fn deferred(
        ram: GuestRam,
        cpus: usize,
        events: Events,
        yank: YankRegistry,
        reports: Sender<WorkerReport>,
    ) -> io::Result<(Self, IncomingThread)> {
        let (orders, orders_in) = sync_channel(1);
        let progress = Progress::new(events);
        let destination = Destination { ram, cpus, progress: progress.clone(), reports };
        let thread = thread::Builder::new().name("migration-in".into()).spawn(move || destination.run(&orders_in))?;
        let incoming = Self { orders: Some(orders.clone()), progress, address: watch::Sender::new(None), yank };
        Ok((incoming, IncomingThread { orders, thread: Some(thread) }))
    }

    /// Listens at `uri` for the source. Doesn't wait for anything.
    ///
    /// # Errors
    /// When no migration is expected, one was started already, or nothing can listen there.
    pub fn start(&self, uri: &str) -> Result<Empty, QmpError> {
        let Some(orders) = &self.orders else {
            return Err(QmpError::generic("'-incoming' was not specified on the command line"));
        };
        if self.progress.begin() == Begun::AlreadyBegun {
            return Err(QmpError::generic("The incoming migration has already been started"));
        }
        self.listen(uri, orders).inspect_err(|_| self.progress.not_begun())
    }

    fn listen(&self, uri: &str, orders: &SyncSender<Order>) -> Result<Empty, QmpError> {
        let uri = MigrationUri::parse(uri).map_err(|error| QmpError::generic(error.to_string()))?;
        let listener = Listener::bind(&uri).map_err(|error| QmpError::generic(error.to_string()))?;
        let system = |error: io::Error| QmpError::generic(crate::os_error::words(&error));
        let address = listener.address().map_err(system)?;
        let registration = self.yank.register();
        registration.attach(&listener).map_err(system)?;
        orders.try_send(Order::Receive { listener, registration }).map_err(|error| {
            QmpError::generic(match error {
                TrySendError::Full(_) => "The incoming migration is busy; try again",
                TrySendError::Disconnected(_) => "The machine is shutting down",
            })
        })?;
        self.address.send_replace(Some(address));
        Ok(Empty {})
    }

    /// What `query-migrate` says of it.
    #[must_use]
    pub fn info(&self) -> MigrationInfo {
        let address = self.address.borrow().clone();
        MigrationInfo { socket_address: address.map(|address| vec![address]), ..self.progress.incoming_info() }
    }
}

impl Drop for IncomingThread {
    fn drop(&mut self) {
        // The thread takes orders between two migrations, and its connection has been shut down.
        let _ = self.orders.send(Order::End);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("migration_thread_panicked");
        }
    }
}

/// What the thread has.
struct Destination {
    ram: GuestRam,
    cpus: usize,
    progress: Progress,
    reports: Sender<WorkerReport>,
}

impl Destination {
    fn run(self, orders: &Receiver<Order>) {
        while let Ok(Order::Receive { listener, registration }) = orders.recv() {
            let received = self.receive(listener, &registration);
            // Before the outcome can be seen: what is over can't be yanked.
            drop(registration);
            match received {
                Ok(state) => {
                    let arrival = Arrival { state, progress: self.progress.clone() };
                    // A machine that is gone needs no state.
                    let _ = self.reports.blocking_send(WorkerReport::Arrived(arrival));
                }
                Err(error) => {
                    tracing::warn!(%error, "migration_failed");
                    self.progress.fail(&error);
                }
            }
        }
    }

    fn receive(&self, listener: Listener, registration: &Registration) -> Result<DeviceState, MigrationError> {
        let accepted = listener.accept();
        if registration.is_cut() {
            return Err(StreamError::Closed.into());
        }
        let connection = accepted.map_err(StreamError::Read)?;
        registration.detach_all();
        registration.attach(&connection).map_err(StreamError::Read)?;
        // One source is enough.
        drop(listener);
        self.progress.activate();
        self.load(&connection)
    }

    fn load(&self, connection: &Connection) -> Result<DeviceState, MigrationError> {
        let mut reader = FrameReader::new(connection);
        let mut writer = FrameWriter::new(connection);
        reader.begin()?;
        let here = Hello { page_size: PAGE_SIZE, cpus: self.cpus, ram: self.ram.ranges() };
        let source = reader.hello()?;
        if let Some(reason) = here.mismatch(&source) {
            writer.refused(&reason)?;
            return Err(MigrationError::Mismatch(reason));
        }
        writer.accepted()?;
        let state = self.fill(&mut reader).inspect_err(|error| {
            // A source that still reads shall know why.
            let _ = writer.refused(&error.to_string());
        })?;
        writer.loaded()?;
        reader.expect(&Frame::Commit)?;
        Ok(state)
    }

    /// RAM and state, to the end of the stream.
    fn fill(&self, reader: &mut FrameReader<&Connection>) -> Result<DeviceState, MigrationError> {
        let mut state = None;
        loop {
            match reader.read()? {
                Frame::Pages { address, content } => self.ram.write(address, content)?,
                Frame::Zeros { address, pages } => self.clear(address, pages)?,
                Frame::State(received) if received.cpus.len() == self.cpus => state = Some(received),
                Frame::State(_) => return Err(StreamError::Malformed("a state of other vCPUs").into()),
                Frame::End { .. } => return state.ok_or(StreamError::Malformed("a stream without state").into()),
                other @ (Frame::Hello(_) | Frame::Accepted | Frame::Refused(_) | Frame::Loaded | Frame::Commit) => {
                    return Err(StreamError::Unexpected(other.kind()).into());
                }
            }
        }
    }

    fn clear(&self, address: u64, pages: u64) -> Result<(), RamError> {
        const ZEROS: [u8; PAGE_SIZE] = [0; PAGE_SIZE];
        let mut page = ZEROS;
        for index in 0..pages {
            let offset = index.checked_mul(PAGE_SIZE as u64);
            let at = offset.and_then(|offset| address.checked_add(offset)).ok_or(RamError::Access { address })?;
            self.ram.read(at, &mut page)?;
            // A page that nobody wrote to costs the host nothing as long as it stays so.
            if page != ZEROS {
                self.ram.write(at, &ZEROS)?;
            }
        }
        Ok(())
    }
}
