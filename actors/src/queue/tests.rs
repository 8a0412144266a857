//! The queue between a test that plays its peers and three probes.

mod held_warning;
mod session_end;
mod suspend;
mod verdicts;

use std::time::Instant;

use actix::Addr;
use actix_qmp_messages::{CommandIndex, HoldId, Oob, PreparedCommand, QmpError, RequestId, RequestKey, SessionId};

use tokio_util::task::TaskTracker;

use super::*;
use crate::test_support::Probe;

const MONITOR: MonitorId = MonitorId(3);

fn session(number: u64) -> SessionKey {
    SessionKey { monitor: MONITOR, session: SessionId(number) }
}

fn key(session_number: u64, sequence: u64) -> RequestKey {
    RequestKey { session: session(session_number), sequence: Sequence(sequence) }
}

/// The actor under test; every peer of it is the test.
struct Bench {
    queue: Addr<Queue>,
    parser: Probe<QueueToParser>,
    dispatcher: Probe<QueueToDispatcher>,
    responder: Probe<QueueToResponder>,
}

impl Bench {
    fn start(queue_full: QueueFull) -> Self {
        Self::start_with(queue_full, Probe::start(), Probe::start(), Probe::start())
    }

    fn start_changed(queue_full: QueueFull, change: impl FnOnce(Queue) -> Queue) -> Self {
        Self::start_between(queue_full, Probe::start(), Probe::start(), Probe::start(), change)
    }

    fn start_with(
        queue_full: QueueFull,
        parser: Probe<QueueToParser>,
        dispatcher: Probe<QueueToDispatcher>,
        responder: Probe<QueueToResponder>,
    ) -> Self {
        Self::start_between(queue_full, parser, dispatcher, responder, |queue| queue)
    }

    fn start_between(
        queue_full: QueueFull,
        parser: Probe<QueueToParser>,
        dispatcher: Probe<QueueToDispatcher>,
        responder: Probe<QueueToResponder>,
        change: impl FnOnce(Queue) -> Queue,
    ) -> Self {
        tokio::time::pause();
        let setup = QueueSetup {
            monitor: MONITOR,
            queue_full,
            parser: parser.recipient(),
            dispatcher: dispatcher.recipient(),
            responder: responder.recipient(),
            alive: TaskTracker::new().token(),
        };
        Self { queue: change(Queue::new(setup)).start(), parser, dispatcher, responder }
    }

    /// With session 1 in command mode.
    async fn negotiated(queue_full: QueueFull, oob: Oob) -> Self {
        let mut bench = Self::start(queue_full);
        bench.open(1, oob).await;
        bench.forget_what_was_said().await;
        bench
    }

    async fn open(&self, session_number: u64, oob: Oob) {
        let session = session(session_number);
        self.queue.send(ParserToQueue::SessionStarted { session }).await.unwrap();
        self.queue.send(ParserToQueue::CapabilitiesNegotiated { session, oob }).await.unwrap();
    }

    async fn hand_in(&self, key: RequestKey) {
        let command = PreparedCommand { index: CommandIndex(0), name: "test", arguments: Ok(Box::new(())) };
        self.hand_in_body(key, Ok(command)).await;
    }

    async fn hand_in_malformed(&self, key: RequestKey) {
        self.hand_in_body(key, Err(QmpError::generic("malformed"))).await;
    }

    async fn hand_in_without_id(&self, key: RequestKey) {
        let command = PreparedCommand { index: CommandIndex(0), name: "test", arguments: Ok(Box::new(())) };
        self.hand_in_request(key, None, Ok(command)).await;
    }

    /// The sequence number serves as the client's `id`, too.
    async fn hand_in_body(&self, key: RequestKey, body: Result<PreparedCommand, QmpError>) {
        self.hand_in_request(key, Some(RequestId::from_normalised(key.sequence.to_string().into())), body).await;
    }

    async fn hand_in_request(&self, key: RequestKey, id: Option<RequestId>, body: Result<PreparedCommand, QmpError>) {
        let request = InBandRequest { key, id, body, span: tracing::Span::none(), parsed_at: Instant::now() };
        self.queue.send(ParserToQueue::RequestParsed(request)).await.unwrap();
    }

    async fn end_input(&self, session_number: u64) {
        self.queue.send(ParserToQueue::InputEnded { session: session(session_number) }).await.unwrap();
    }

    async fn end_session(&self, session_number: u64) {
        self.queue.send(ParserToQueue::SessionEnded { session: session(session_number) }).await.unwrap();
    }

    async fn taken(&self, request: RequestKey) {
        self.queue.send(DispatcherToQueue::RequestTaken { request }).await.unwrap();
    }

    async fn answered(&self, request: RequestKey) {
        self.queue.send(ResponderToQueue::RequestsAnswered { session: request.session, count: 1 }).await.unwrap();
    }

    async fn hold(&self, guard: u64) {
        self.queue.send(EmbedderToQueue::HoldInput { hold: HoldId(guard) }).await.unwrap();
    }

    async fn release(&self, guard: u64) {
        self.queue.send(EmbedderToQueue::ReleaseInput { hold: HoldId(guard), credit: Arc::new(()) }).await.unwrap();
    }

    async fn told_parser(&mut self) -> Vec<String> {
        self.parser.settled().await.into_iter().map(said_to_parser).collect()
    }

    async fn told_dispatcher(&mut self) -> Vec<String> {
        self.dispatcher.settled().await.iter().map(said_to_dispatcher).collect()
    }

    async fn told_responder(&mut self) -> Vec<String> {
        self.responder.settled().await.into_iter().map(said_to_responder).collect()
    }

    async fn forget_what_was_said(&mut self) {
        self.told_parser().await;
        self.told_dispatcher().await;
        self.told_responder().await;
    }
}

fn said_to_parser(message: QueueToParser) -> String {
    match message {
        QueueToParser::SuspendInput { session } => format!("suspend {}", session.session),
        QueueToParser::ResumeInput { session, judged } => format!("resume {} judged {judged}", session.session),
    }
}

fn said_to_dispatcher(message: &QueueToDispatcher) -> String {
    match message {
        QueueToDispatcher::RequestReady(ready) => format!("ready {}.{}", ready.key.session.session, ready.key.sequence),
        QueueToDispatcher::DiscardSession { session } => format!("discard {}", session.session),
        QueueToDispatcher::MonitorClosed { monitor } => format!("monitor {monitor} closed"),
    }
}

fn said_to_responder(message: QueueToResponder) -> String {
    let shown = |id: Option<RequestId>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
    match message {
        QueueToResponder::RequestFailed { session, id, error } => {
            format!("failed {} id {}: {error}", session.session, shown(id))
        }
        QueueToResponder::CommandDropped { session, id } => format!("dropped {} id {}", session.session, shown(id)),
        QueueToResponder::SessionFinished { session } => format!("finished {}", session.session),
    }
}
