//! All monitors of a program: built once, with its commands; monitors come and go; shut down once.

use std::future::Future;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix::dev::channel::channel;
use actix::{Addr, Context, Recipient};
use actix_qmp_chardev::ChardevError;
use actix_qmp_messages::qapi::Schema;
use actix_qmp_messages::schema::{self, VersionInfo};
use actix_qmp_messages::{Command, MonitorId, QmpError, StopDispatching};
use actix_rt::{Arbiter, System};
use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::builtin;
use crate::command_table::{CommandTable, RegistrationError, Registry, WithoutSchema};
use crate::deadline::later;
use crate::dispatcher::{self, Dispatcher};
use crate::emitter::EventEmitter;
use crate::handler::{InBand, outcome};
use crate::monitor::{CONFIRMATION, Monitor, MonitorEnd, Surroundings, WiringError, wire};
use crate::options::MonitorOptions;
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

/// Asks for the end of the program, from any thread and from within a handler.
///
/// From the moment of the call no further in-band command is begun, so what a client sent behind `quit` is not
/// executed.
#[derive(Debug, Clone, Default)]
pub struct ShutdownTrigger(CancellationToken);

impl ShutdownTrigger {
    /// Asks.
    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until somebody asks.
    pub async fn triggered(&self) {
        self.0.cancelled().await;
    }
}

impl MonitorsBuilder {
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

/// The monitors of a program, running.
pub struct Monitors {
    main: actix_rt::ArbiterHandle,
    table: Arc<CommandTable>,
    dispatcher: Addr<Dispatcher>,
    io: Vec<IoThread>,
    next_id: u32,
    ends: Vec<MonitorEnd>,
    emitter: EventEmitter,
    trigger: ShutdownTrigger,
    oob_budget: Duration,
    list: MonitorList,
    warn_after: Option<Duration>,
}

struct IoThread {
    arbiter: Arbiter,
    responder: Addr<Responder>,
}

impl Monitors {
    /// Begins to put monitors together. `version` is what the greeting says.
    #[must_use]
    pub fn builder(version: VersionInfo) -> MonitorsBuilder {
        MonitorsBuilder {
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

    /// Adds a monitor. It serves clients when this returns; for `wait=on` see [`Monitor::first_client`]. If the future is
    /// dropped before, there is no monitor.
    ///
    /// # Errors
    /// When the chardev can't be opened, or the end of the program was asked for.
    pub async fn add(&mut self, options: MonitorOptions) -> Result<Monitor, AddError> {
        if self.trigger.is_triggered() {
            return Err(AddError::ShuttingDown);
        }
        // Names are resolved and peers connected to while the main arbiter goes on.
        let unbound = options.chardev.clone();
        let bound = tokio::task::spawn_blocking(move || unbound.bind()).await;
        let chardev = bound.map_err(|_| AddError::ShuttingDown)??;
        if self.trigger.is_triggered() {
            return Err(AddError::ShuttingDown);
        }
        let name = chardev.local_name();
        let id = MonitorId(self.next_id);
        self.next_id += 1;
        let turn = id.0 as usize % self.io.len();
        let IoThread { arbiter, responder } = &self.io[turn];
        let around = Surroundings {
            main: self.main.clone(),
            io: arbiter.handle(),
            table: Arc::clone(&self.table),
            oob_budget: self.oob_budget,
            list: self.list.clone(),
            warn_after: self.warn_after,
            dispatcher: self.dispatcher.clone(),
            responder: responder.clone(),
        };
        let fault = |source| AddError::Wiring(WiringFault { name, source });
        let wired = match wire(id, &options, chardev, &around) {
            Ok(wired) => wired,
            Err(source) => return Err(fault(source)),
        };
        self.ends.retain(|end| !end.has_ended());
        self.ends.push(wired.end());
        wired.registered().await.map_err(fault)
    }

    /// A handle for events.
    #[must_use]
    pub fn events(&self) -> EventEmitter {
        self.emitter.clone()
    }

    /// How the monitors are doing.
    #[must_use]
    pub fn list(&self) -> MonitorList {
        self.list.clone()
    }

    /// A handle to ask for the end, or to wait until somebody does.
    #[must_use]
    pub fn shutdown_trigger(&self) -> ShutdownTrigger {
        self.trigger.clone()
    }

    /// Ends all monitors: the command that runs is answered, what waits is not executed, what was answered or emitted
    /// goes out; all that within `within` (and a second for the I/O threads to confirm), whatever clients and handlers
    /// do. A command that takes all of it leaves its client no time to take output. An event that its throttling holds
    /// back is not emitted any more.
    ///
    /// Must not be waited for within a handler, whose answer it waits for: call [`ShutdownTrigger::trigger`] there.
    ///
    /// # Errors
    /// Names what had to be cut off: a command that did not end, an I/O thread that a handler blocks.
    pub async fn shutdown(self, within: Duration) -> Result<(), ShutdownError> {
        self.trigger.trigger();
        let deadline = later(tokio::time::Instant::now(), within);
        let stopped = tokio::time::timeout_at(deadline, self.dispatcher.send(StopDispatching)).await;
        let within = deadline.saturating_duration_since(tokio::time::Instant::now());
        let closed = join_all(self.ends.into_iter().map(|end| end.close(within))).await;
        let mut blocked = closed.iter().any(Result::is_err);
        for IoThread { arbiter, .. } in self.io {
            blocked |= end_arbiter(arbiter, later(deadline, CONFIRMATION)).await.is_err();
        }
        match (stopped, blocked) {
            (_, true) => Err(ShutdownError::IoThreadBlocked),
            (Err(_elapsed), false) => Err(ShutdownError::CommandStillRuns),
            (Ok(_), false) => Ok(()),
        }
    }
}

/// Stops an I/O thread and waits for its end, but no longer than that. Joining may take for ever, where a handler blocks the
/// thread or has begun blocking work in its runtime, so it is done by a thread that nobody waits for.
async fn end_arbiter(arbiter: Arbiter, by: tokio::time::Instant) -> Result<(), IoThreadRemains> {
    arbiter.stop();
    let (joined, ended) = oneshot::channel();
    let join = move || {
        // Whether it panicked is told by what did.
        drop(arbiter.join());
        // Refused when time was up before.
        let _ = joined.send(());
    };
    thread::Builder::new().name("qmp-join".into()).spawn(join).map_err(|_| IoThreadRemains)?;
    match tokio::time::timeout_at(by, ended).await {
        Ok(_joined) => Ok(()),
        Err(_elapsed) => Err(IoThreadRemains),
    }
}

/// It may have ended, or not.
struct IoThreadRemains;

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

/// A monitor could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The chardev can't be opened.
    #[error(transparent)]
    Chardev(#[from] ChardevError),
    /// The chardev was opened, but the monitor could not be put together.
    #[error(transparent)]
    Wiring(WiringFault),
    /// The end of the program was asked for.
    #[error("the monitors are being shut down")]
    ShuttingDown,
}

/// Which monitor could not be put together, and why.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {source}")]
pub struct WiringFault {
    name: String,
    source: WiringError,
}

/// The monitors had to be cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShutdownError {
    /// Its answer is lost.
    #[error("a command was still running when time was up; its answer is lost")]
    CommandStillRuns,
    /// Output may be lost.
    #[error("an I/O thread did not end in time; an out-of-band handler blocks it")]
    IoThreadBlocked,
}

#[cfg(test)]
mod tests;
