//! How the monitors of a program are put together, and started.

use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix::dev::channel::channel;
use actix::{Addr, Context, Recipient};
use actix_qmp_messages::qapi::Schema;
use actix_qmp_messages::schema::{self, VersionInfo};
use actix_qmp_messages::{Command, QmpError};
use actix_rt::{Arbiter, System};
use tokio::sync::oneshot;

use super::{IoThread, Monitors, ShutdownTrigger};
use crate::builtin;
use crate::command_table::{RegistrationError, Registry, WithoutSchema};
use crate::dispatcher::{self, Dispatcher};
use crate::emitter::EventEmitter;
use crate::handler::{InBand, outcome};
use crate::phase::MachineReady;
use crate::responder::{self, Responder, ThrottleRule};
use crate::statistics::MonitorList;

/// A handler that takes longer is reported: the parser stands still while it runs.
const OOB_BUDGET: Duration = Duration::from_millis(1);

/// An in-band command that takes longer is reported: all others wait meanwhile.
const WARN_AFTER: Duration = Duration::from_secs(5);

/// Puts the monitors of a program together: its version, its commands, its events.
pub struct MonitorsBuilder {
    version: VersionInfo,
    registry: Registry,
    schemas: Vec<&'static Schema>,
    without_schema: WithoutSchema,
    rules: Vec<ThrottleRule>,
    emitter: EventEmitter,
    trigger: ShutdownTrigger,
    io_arbiters: usize,
    oob_budget: Duration,
    list: MonitorList,
    warn_after: Option<Duration>,
}

impl MonitorsBuilder {
    pub(super) fn new(version: VersionInfo) -> Self {
        Self {
            version,
            registry: Registry::default(),
            schemas: vec![&schema::SCHEMA],
            without_schema: WithoutSchema::Refuse,
            rules: Vec::new(),
            emitter: EventEmitter::default(),
            trigger: ShutdownTrigger::default(),
            io_arbiters: 1,
            oob_budget: OOB_BUDGET,
            list: MonitorList::default(),
            warn_after: Some(WARN_AFTER),
        }
    }

    /// A handle for events; those emitted before the start have nobody to go to.
    #[must_use]
    pub fn events(&self) -> EventEmitter {
        self.emitter.clone()
    }

    /// A handle to ask for the end.
    #[must_use]
    pub fn shutdown_trigger(&self) -> ShutdownTrigger {
        self.trigger.clone()
    }

    /// Gives a schema of the embedder: the generated `SCHEMA`. Each of its commands must be registered, and commands of no
    /// schema must not.
    #[must_use]
    pub fn schema(mut self, schema: &'static Schema) -> Self {
        self.schemas.push(schema);
        self
    }

    /// Takes commands that no schema declares too; introspection does not tell them. For tests of handlers.
    #[cfg(feature = "test-support")]
    #[must_use]
    pub fn without_schema(mut self) -> Self {
        self.without_schema = WithoutSchema::Accept;
        self
    }

    /// Lets only commands run that allow it (`allow-preconfig` of the schema), until the machine is built: until
    /// [`MachineReady::set`] is called.
    #[must_use]
    pub fn preconfig(&self) -> MachineReady {
        self.registry.ready.unset();
        self.registry.ready.clone()
    }

    /// Declares an event of the embedder as throttled, beside the protocol's own.
    #[must_use]
    pub fn throttle(mut self, rule: ThrottleRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// How many I/O threads the monitors share; 1 unless told otherwise.
    #[must_use]
    pub fn io_arbiters(mut self, count: usize) -> Self {
        self.io_arbiters = count.max(1);
        self
    }

    /// How long an out-of-band handler may take before it is reported; 1 ms unless told otherwise.
    #[must_use]
    pub fn oob_budget(mut self, budget: Duration) -> Self {
        self.oob_budget = budget;
        self
    }

    /// After how long an in-band command is reported that still runs, and again with its duration when it ends; 5 s
    /// unless told otherwise, `None` never.
    ///
    /// The first report comes from the monitor's I/O thread, so it comes also while the main thread is blocked.
    #[must_use]
    pub fn warn_when_held(mut self, after: Option<Duration>) -> Self {
        self.warn_after = after;
        self
    }

    /// Registers a command that an actor of the embedder runs.
    #[must_use]
    pub fn command_to<C: Command>(self, handler: Recipient<C>) -> Self {
        self.command(InBand::actor(handler))
    }

    /// Registers a command that a function runs; the main arbiter stands still meanwhile.
    #[must_use]
    pub fn command_fn<C: Command>(self, run: impl Fn(C) -> Result<C::Return, QmpError> + 'static) -> Self {
        self.command(InBand::closure(run))
    }

    /// Registers a command that a future runs; the next command waits, the main arbiter doesn't.
    #[must_use]
    pub fn command_async<C: Command, F>(self, run: impl Fn(C) -> F + 'static) -> Self
    where
        F: Future<Output = Result<C::Return, QmpError>> + 'static,
    {
        self.command(InBand::future(run))
    }

    /// Registers a command that may run out-of-band: the same function runs it in both bands.
    ///
    /// Out-of-band it runs on the monitor's I/O thread and must be quick: no blocking lock, no blocking system call, no
    /// guest memory that may fault (series, "docs: update QMP documents for OOB commands").
    #[must_use]
    pub fn command_oob<C: Command>(
        self,
        run: impl Fn(C) -> Result<C::Return, QmpError> + Send + Sync + 'static,
    ) -> Self {
        let run = Arc::new(run);
        let in_band = Arc::clone(&run);
        self.command_oob_and(InBand::closure(move |command| in_band(command)), move |command| run(command))
    }

    /// Registers a command that runs differently in the two bands.
    #[must_use]
    pub fn command_oob_and<C: Command>(
        mut self,
        in_band: InBand<C>,
        run: impl Fn(C) -> Result<C::Return, QmpError> + Send + Sync + 'static,
    ) -> Self {
        let run_oob = move |arguments| outcome::<C>(C::from_arguments(arguments).and_then(&run));
        self.registry.add(in_band, Some(Box::new(run_oob)));
        self
    }

    /// Registers an in-band command.
    #[must_use]
    pub fn command<C: Command>(mut self, in_band: InBand<C>) -> Self {
        self.registry.add(in_band, None);
        self
    }

    /// Starts the dispatcher on the main arbiter, which the caller must be on, and the I/O threads.
    ///
    /// # Errors
    /// On another thread than the main arbiter's; when the registered commands contradict each other; when a thread
    /// can't be had.
    pub async fn start(mut self) -> Result<Monitors, StartError> {
        let main = main_arbiter().await?;
        builtin::register(&mut self.registry, &self.version, &self.schemas, &self.list)
            .map_err(StartError::Registration)?;
        self.registry.check(&self.schemas, self.without_schema).map_err(StartError::Registration)?;
        let mut io = Vec::new();
        for _ in 0..self.io_arbiters {
            match Arbiter::try_new() {
                Ok(arbiter) => io.push(self.start_responder(arbiter)),
                Err(error) => {
                    io.iter().for_each(|thread| _ = thread.arbiter.stop());
                    return Err(StartError::Thread(error));
                }
            }
        }
        // Nobody waits until it has begun, so its mailbox is opened with the bound that it will have.
        let (dispatcher, mailbox) = channel(dispatcher::MAILBOX);
        let acting = Dispatcher::new(self.registry.handlers, self.trigger.clone());
        Context::with_receiver(mailbox).run(acting.counting(self.list.clone()).warning_after(self.warn_after));
        self.emitter.connect(io.iter().map(|thread| thread.responder.clone().recipient()).collect());
        Ok(Monitors {
            main,
            table: Arc::new(self.registry.table),
            dispatcher: Addr::new(dispatcher),
            io,
            next_id: 0,
            ends: Vec::new(),
            emitter: self.emitter,
            trigger: self.trigger,
            oob_budget: self.oob_budget,
            list: self.list,
            warn_after: self.warn_after,
        })
    }

    fn start_responder(&self, arbiter: Arbiter) -> IoThread {
        let (version, rules, list) = (self.version.clone(), self.rules.clone(), self.list.clone());
        // As the dispatcher's.
        let (responder, mailbox) = channel(responder::MAILBOX);
        // Refused when the thread has ended already, which adding a monitor will find.
        let _ = arbiter.spawn_fn(move || {
            Context::with_receiver(mailbox).run(Responder::new(&version, rules).counting(list));
        });
        IoThread { arbiter, responder: Addr::new(responder) }
    }
}

/// The main arbiter, if the caller is on it.
async fn main_arbiter() -> Result<actix_rt::ArbiterHandle, StartError> {
    let main = System::try_current().ok_or(StartError::NoSystem)?.arbiter().clone();
    let (tell, told) = oneshot::channel();
    let asked = main.spawn_fn(move || {
        // Refused when the caller no longer wants to know.
        let _ = tell.send(thread::current().id());
    });
    let main_thread = if asked { told.await.ok() } else { None };
    if main_thread == Some(thread::current().id()) {
        return Ok(main);
    }
    let thread = thread::current().name().unwrap_or("without a name").to_owned();
    Err(StartError::NotOnMainArbiter { thread })
}

/// The monitors could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no actix system.
    #[error("no actix system runs on this thread; start the monitors within one (#[actix::main], System::new)")]
    NoSystem,
    /// The dispatcher belongs on the main arbiter.
    #[error(
        "the dispatcher must be started on the main arbiter, since handlers run where it does; \
         this is thread '{thread}'; call start() from the function that #[actix::main] runs"
    )]
    NotOnMainArbiter {
        /// The thread that asked.
        thread: String,
    },
    /// Commands contradict each other.
    #[error(transparent)]
    Registration(RegistrationError),
    /// No thread for I/O.
    #[error("cannot start an I/O thread: {0}")]
    Thread(std::io::Error),
}
