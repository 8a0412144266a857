//! The actors of two monitors, wired as in a program, with chardevs in memory.

use std::sync::Arc;
use std::time::Duration;

use actix::dev::Request;
use actix::dev::channel::{AddressReceiver, channel};
use actix::{Actor, Addr, Recipient};
use actix_qmp_chardev::{ChardevOptions, MemoryConnector};
use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::{
    AddMonitorToDispatcher, AddMonitorToResponder, EmbedderToQueue, FinishMonitor, MonitorId, MonitorsToFrontend,
    StopDispatching, Style,
};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::executor::Executor;
use super::script::Setting;
use super::stage;
use crate::command_table::{CommandTable, Registry};
use crate::dispatcher::Dispatcher;
use crate::emitter::EventEmitter;
use crate::frontend::{Frontend, FrontendSetup};
use crate::monitors::ShutdownTrigger;
use crate::parser::{Parser, ParserSetup};
use crate::queue::{Queue, QueueSetup};
use crate::responder::{Responder, ThrottleRule};
use crate::statistics::MonitorList;

/// Mailboxes are opened with this bound, as in a program.
const MAILBOX: usize = 16;

/// What the outside has of a monitor.
pub(super) struct Monitor {
    id: MonitorId,
    pub(super) connector: MemoryConnector,
    pub(super) queue: Recipient<EmbedderToQueue>,
    pub(super) sessions: u64,
    /// The embedder has ended it.
    pub(super) closed: bool,
    frontend: Recipient<MonitorsToFrontend>,
}

/// Actors that all monitors share, and the monitors.
pub(super) struct World {
    pub(super) executor: Executor,
    pub(super) monitors: Vec<Monitor>,
    /// What they count.
    pub(super) list: MonitorList,
    responder: Addr<Responder>,
    dispatcher: Addr<Dispatcher>,
    trigger: ShutdownTrigger,
}

fn mailbox<A: Actor>() -> (Addr<A>, AddressReceiver<A>) {
    let (sender, receiver) = channel(MAILBOX);
    (Addr::new(sender), receiver)
}

impl World {
    pub(super) fn new(settings: &[Setting]) -> Self {
        let mut executor = Executor::default();
        let (responder, responder_mailbox) = mailbox();
        let (dispatcher, dispatcher_mailbox) = mailbox();
        let mut registry = Registry::default();
        stage::register(&mut registry);
        let trigger = ShutdownTrigger::default();
        let rules = vec![ThrottleRule::per_second("TICK")];
        let version = VersionInfo::new("simulation");
        let list = MonitorList::default();
        executor.add("responder".into(), responder_mailbox, Responder::new(&version, rules).counting(list.clone()));
        let dispatching = Dispatcher::new(registry.handlers, trigger.clone()).counting(list.clone());
        executor.add("dispatcher".into(), dispatcher_mailbox, dispatching);
        let emitter = EventEmitter::default();
        emitter.connect(vec![responder.clone().recipient()]);
        stage::on_stage(|stage| stage.emitter = Some(emitter));
        let mut world = Self { executor, monitors: Vec::new(), list, responder, dispatcher, trigger };
        let table = Arc::new(registry.table);
        for (id, setting) in (0..).map(MonitorId).zip(settings) {
            world.add(id, setting, &table);
        }
        world
    }

    fn add(&mut self, monitor: MonitorId, setting: &Setting, table: &Arc<CommandTable>) {
        let (options, connector) = ChardevOptions::memory_with_buffer(setting.buffer_bytes);
        let (frontend, frontend_mailbox) = mailbox::<Frontend>();
        let (parser, parser_mailbox) = mailbox::<Parser>();
        let (queue, queue_mailbox) = mailbox::<Queue>();
        let (limits, oob) = (setting.limits, setting.offered);
        let listed = self.list.add(monitor, "memory".into());
        let statistics = listed.statistics();
        let alive = TaskTracker::new();
        let to_responder = AddMonitorToResponder {
            monitor,
            style: Style::Compact,
            limits,
            oob,
            frontend: frontend.clone().recipient(),
            queue: queue.clone().recipient(),
        };
        self.responder.try_send(to_responder).expect("a new mailbox");
        let to_dispatcher = AddMonitorToDispatcher {
            monitor,
            queue: queue.clone().recipient(),
            responder: self.responder.clone().recipient(),
        };
        self.dispatcher.try_send(to_dispatcher).expect("a new mailbox");
        let queueing = QueueSetup {
            monitor,
            queue_full: setting.queue_full,
            parser: parser.clone().recipient(),
            dispatcher: self.dispatcher.clone().recipient(),
            responder: self.responder.clone().recipient(),
            alive: alive.token(),
        };
        self.executor.add(format!("queue {monitor}"), queue_mailbox, Queue::new(queueing).counting(listed));
        let parsing = ParserSetup {
            monitor,
            table: Arc::clone(table),
            offered: oob,
            queue_full: setting.queue_full,
            ids: setting.ids,
            // In real time, of which nothing here depends.
            oob_budget: Duration::MAX,
            frontend: frontend.clone().recipient(),
            queue: queue.clone().recipient(),
            responder: self.responder.clone().recipient(),
            alive: alive.token(),
        };
        self.executor.add(
            format!("parser {monitor}"),
            parser_mailbox,
            Parser::new(parsing).counting(Arc::clone(&statistics)),
        );
        let chardev = options.bind().expect("memory").register();
        let serving = FrontendSetup {
            monitor,
            chardev: chardev.expect("memory"),
            limits,
            parser: parser.recipient(),
            responder: self.responder.clone().recipient(),
            first_client: oneshot::channel().0,
            alive: alive.token(),
        };
        self.executor.add(format!("frontend {monitor}"), frontend_mailbox, Frontend::new(serving).counting(statistics));
        let (frontend, queue) = (frontend.recipient(), queue.recipient());
        self.monitors.push(Monitor { id: monitor, connector, queue, sessions: 0, closed: false, frontend });
    }

    /// Asks for the end, as `Monitors::shutdown` does; resolves when nothing runs any more.
    pub(super) fn trigger(&self) -> Request<Dispatcher, StopDispatching> {
        self.trigger.trigger();
        stage::on_stage(|stage| stage.triggered = true);
        self.dispatcher.send(StopDispatching)
    }

    /// Ends a monitor, as `Monitor::close` does.
    pub(super) fn close(&mut self, place: usize, within: Duration) {
        let monitor = &mut self.monitors[place];
        if !std::mem::replace(&mut monitor.closed, true) {
            monitor.frontend.try_send(MonitorsToFrontend::Close { within }).expect("room for an order");
            self.responder.try_send(FinishMonitor { monitor: monitor.id }).expect("room for an order");
        }
    }
}
