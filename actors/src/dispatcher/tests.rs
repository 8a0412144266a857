//! The dispatcher between a test that plays the queues and the embedder, and two probes for each monitor.

mod handlers;
mod order;
mod stop;

use std::sync::mpsc;

use actix::{Addr, Recipient};
use actix_qmp_messages::{Arguments, Command, CommandIndex, PreparedCommand, RequestKey, Sequence, SessionId};
use tokio::sync::Semaphore;

use super::*;
use crate::contained::Contained;
use crate::handler::{InBand, Registered};
use crate::phase::Availability;
use crate::test_support::Probe;

fn session(monitor: u32, session: u64) -> SessionKey {
    SessionKey { monitor: MonitorId(monitor), session: SessionId(session) }
}

fn key(monitor: u32, sequence: u64) -> RequestKey {
    RequestKey { session: session(monitor, 1), sequence: Sequence(sequence) }
}

/// The one command of these tests; each of its handlers has an index of its own.
#[derive(Debug, Message)]
#[rtype(result = "Result<u64, QmpError>")]
struct Job(RequestKey);

impl Command for Job {
    const NAME: &'static str = "job";
    type Return = u64;

    fn from_arguments(_arguments: Arguments) -> Result<Self, QmpError> {
        Err(QmpError::generic("made by the test, not from arguments"))
    }
}

fn always(in_band: InBand<Job>) -> Box<dyn CommandTurn> {
    Box::new(Registered { in_band, availability: Availability::Always })
}

/// The actor under test; every peer of it is the test.
struct Bench {
    dispatcher: Addr<Dispatcher>,
    trigger: ShutdownTrigger,
    monitors: Vec<Peers>,
}

/// A request for the handler of this index.
fn ready(key: RequestKey, index: usize, id: Option<RequestId>) -> ReadyRequest {
    let arguments = Ok(Box::new(Contained::new(Job(key))) as _);
    let command = PreparedCommand { index: CommandIndex(index), name: "job", arguments };
    ReadyRequest { key, id, command, span: tracing::Span::none(), parsed_at: Instant::now() }
}

/// The peers of one monitor; monitors are numbered from 0.
#[derive(Default)]
struct Peers {
    queue: Probe<DispatcherToQueue>,
    responder: Probe<DispatcherToResponder>,
}

impl Bench {
    /// With one monitor.
    async fn start(handlers: Vec<InBand<Job>>) -> Self {
        Self::start_with(handlers, vec![Peers::default()]).await
    }

    async fn start_with(handlers: Vec<InBand<Job>>, monitors: Vec<Peers>) -> Self {
        tokio::time::pause();
        let trigger = ShutdownTrigger::default();
        let handlers = handlers.into_iter().map(|handler| always(handler)).collect();
        let dispatcher = Dispatcher::new(handlers, trigger.clone()).start();
        for (monitor, peers) in (0..).map(MonitorId).zip(&monitors) {
            let (queue, responder) = (peers.queue.recipient(), peers.responder.recipient());
            dispatcher.send(AddMonitorToDispatcher { monitor, queue, responder }).await.unwrap();
        }
        Self { dispatcher, trigger, monitors }
    }

    /// Hands a request over without giving the dispatcher a turn.
    fn request(&self, key: RequestKey, index: usize) {
        self.dispatcher.try_send(QueueToDispatcher::RequestReady(ready(key, index, None))).unwrap();
    }

    async fn discard(&self, session: SessionKey) {
        self.dispatcher.send(QueueToDispatcher::DiscardSession { session }).await.unwrap();
    }

    /// The sequence numbers of the requests that a queue was told are taken.
    async fn taken(&mut self, monitor: usize) -> Vec<u64> {
        let number = |DispatcherToQueue::RequestTaken { request }| request.sequence.0;
        self.monitors[monitor].queue.settled().await.into_iter().map(number).collect()
    }

    /// Sequence number and outcome of what has ended.
    async fn finished(&mut self, monitor: usize) -> Vec<String> {
        self.monitors[monitor].responder.settled().await.iter().map(said).collect()
    }
}

fn said(finished: &DispatcherToResponder) -> String {
    let DispatcherToResponder::CommandFinished { request, outcome, .. } = finished;
    match outcome {
        Outcome::Return(value) => format!("{}: {}", request.sequence, value.to_value().unwrap()),
        Outcome::Silent => format!("{}: silent", request.sequence),
        Outcome::Error(error) => format!("{}: {:?}: {error}", request.sequence, error.class()),
    }
}

/// Returns the request's sequence number at once.
fn at_once() -> InBand<Job> {
    InBand::closure(|Job(key)| Ok(key.sequence.0))
}

/// Returns it when the test lets it.
fn gated() -> (InBand<Job>, Gate) {
    let gate = Gate(std::rc::Rc::new(Semaphore::new(0)));
    let held = gate.clone();
    let handler = InBand::future(move |Job(key)| {
        let held = held.clone();
        async move {
            held.0.acquire().await.unwrap().forget();
            Ok(key.sequence.0)
        }
    });
    (handler, gate)
}

/// Lets commands of [`gated`] go.
#[derive(Clone)]
struct Gate(std::rc::Rc<Semaphore>);

impl Gate {
    fn open_for(&self, commands: usize) {
        self.0.add_permits(commands);
    }
}

/// Tells the test of each run and then returns.
fn recorded() -> (InBand<Job>, mpsc::Receiver<RequestKey>) {
    let (tell, ran) = mpsc::channel();
    let handler = InBand::closure(move |Job(key)| {
        tell.send(key).unwrap();
        Ok(key.sequence.0)
    });
    (handler, ran)
}
