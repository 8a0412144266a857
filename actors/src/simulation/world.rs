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
use super::script::{Script, Setting};
use super::stage::{self, Leave, Performer};
use crate::command_table::{CommandTable, Registry};
use crate::dispatcher::Dispatcher;
use crate::emitter::EventEmitter;
use crate::frontend::{Frontend, FrontendSetup};
use crate::monitors::ShutdownTrigger;
use crate::parser::{Parser, ParserSetup};
use crate::queue::{Queue, QueueSetup};
use crate::responder::{Responder, ThrottleRule};
use crate::statistics::MonitorList;

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
    performer: Addr<Performer>,
    trigger: ShutdownTrigger,
    /// Of each mailbox.
    bound: usize,
}

fn mailbox<A: Actor>(bound: usize) -> (Addr<A>, AddressReceiver<A>) {
    let (sender, receiver) = channel(bound);
    (Addr::new(sender), receiver)
}

impl World {
    pub(super) fn new(script: &Script) -> Self {
        let mut executor = Executor::default();
        let bound = script.mailbox;
        let (responder, responder_mailbox) = mailbox(bound);
        let (dispatcher, dispatcher_mailbox) = mailbox(bound);
        let (performer, performer_mailbox) = mailbox(bound);
        let mut registry = Registry::default();
        stage::register(&mut registry, performer.clone().recipient());
        let trigger = ShutdownTrigger::default();
        let rules = vec![ThrottleRule::per_second("TICK")];
        let version = VersionInfo::new("simulation");
        let list = MonitorList::default();
        executor.add("responder".into(), responder_mailbox, Responder::new(&version, rules).counting(list.clone()));
        let dispatching = Dispatcher::new(registry.handlers, trigger.clone()).counting(list.clone());
        executor.add("dispatcher".into(), dispatcher_mailbox, dispatching);
        executor.add_mortal("performer".into(), performer_mailbox, Performer);
        let emitter = EventEmitter::default();
        emitter.connect(vec![responder.clone().recipient()]);
        stage::on_stage(|stage| stage.emitter = Some(emitter));
        let mut world = Self { executor, monitors: Vec::new(), list, responder, dispatcher, performer, trigger, bound };
        let table = Arc::new(registry.table);
        for (id, setting) in (0..).map(MonitorId).zip(&script.settings) {
            world.add(id, setting, &table);
        }
        world
    }

    fn add(&mut self, monitor: MonitorId, setting: &Setting, table: &Arc<CommandTable>) {
        let (options, connector) = ChardevOptions::memory_with_buffer(setting.buffer_bytes);
        let (frontend, frontend_mailbox) = mailbox::<Frontend>(self.bound);
        let (parser, parser_mailbox) = mailbox::<Parser>(self.bound);
        let (queue, queue_mailbox) = mailbox::<Queue>(self.bound);
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
        // A sender that is new has room, here and below.
        self.responder.clone().try_send(to_responder).expect("a new sender");
        let to_dispatcher = AddMonitorToDispatcher {
            monitor,
            queue: queue.clone().recipient(),
            responder: self.responder.clone().recipient(),
        };
        self.dispatcher.clone().try_send(to_dispatcher).expect("a new sender");
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
            self.responder.clone().try_send(FinishMonitor { monitor: monitor.id }).expect("room for an order");
        }
    }

    /// The embedder's actor panics at its next turn.
    pub(super) fn end_performer(&self) {
        // Refused when it is gone already.
        let _ = self.performer.clone().try_send(Leave);
    }
}
