//! The parser between a test that plays its peers and three probes.

mod life;
mod negotiation;
mod out_of_band;
mod requests;

use std::sync::mpsc;

use actix::{Addr, Message};
use actix_qmp_messages::{Command, Empty, Outcome, Sequence, SessionId};

use tokio_util::task::TaskTracker;

use super::*;
use crate::command_table::{OobRunner, Registry};
use crate::contained::Contained;
use crate::handler::{InBand, outcome};
use crate::test_support::Probe;

const MONITOR: MonitorId = MonitorId(2);

fn session(number: u64) -> SessionKey {
    SessionKey { monitor: MONITOR, session: SessionId(number) }
}

/// A command that may only run in-band.
#[derive(Debug, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
struct Plain {
    text: Option<String>,
}

impl Command for Plain {
    const NAME: &'static str = "plain";
    type Return = Empty;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let text = arguments.optional("text")?;
        arguments.finish().map(|()| Self { text })
    }
}

/// A command that may run out-of-band.
#[derive(Debug, Message)]
#[rtype(result = "Result<u64, QmpError>")]
struct Quick {
    number: u64,
}

impl Command for Quick {
    const NAME: &'static str = "quick";
    const ALLOW_OOB: bool = true;
    type Return = u64;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let number = arguments.optional("number")?.unwrap_or_default();
        arguments.finish().map(|()| Self { number })
    }
}

/// `number` is returned, 13 is an error and 666 a panic; tells each run.
fn quick_runner(ran: mpsc::Sender<u64>) -> impl Fn(Quick) -> Result<u64, QmpError> + Send + Sync {
    move |Quick { number }| {
        ran.send(number).unwrap();
        assert!(number != 666, "a panic that the test provokes");
        if number == 13 { Err(QmpError::generic("13 brings bad luck")) } else { Ok(number) }
    }
}

/// The actor under test; every peer of it is the test.
struct Bench {
    parser: Addr<Parser>,
    frontend: Probe<ParserToFrontend>,
    queue: Probe<ParserToQueue>,
    responder: Probe<ParserToResponder>,
    /// Out-of-band runs of `quick`.
    ran: mpsc::Receiver<u64>,
}

/// How the parser under test is set up.
struct Options {
    offered: Oob,
    queue_full: QueueFull,
    ids: IdRule,
    oob_budget: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { offered: Oob::Enabled, queue_full: QueueFull::Drop, ids: IdRule::default(), oob_budget: Duration::MAX }
    }
}

impl Bench {
    fn start(options: Options) -> Self {
        Self::start_with(options, None, Probe::start(), Probe::start(), Probe::start())
    }

    fn start_with(
        options: Options,
        run_oob: Option<OobRunner>,
        frontend: Probe<ParserToFrontend>,
        queue: Probe<ParserToQueue>,
        responder: Probe<ParserToResponder>,
    ) -> Self {
        tokio::time::pause();
        let (tell_ran, ran) = mpsc::channel();
        let quick = quick_runner(tell_ran);
        let run_quick: OobRunner =
            Box::new(move |arguments| outcome::<Quick>(Quick::from_arguments(arguments).and_then(&quick)));
        let mut registry = Registry::default();
        registry.add::<Plain>(InBand::closure(|_| Ok(Empty {})), None);
        registry.add::<Quick>(InBand::closure(|_| Ok(0)), Some(run_oob.unwrap_or(run_quick)));
        assert!(registry.faults.is_empty());
        let setup = ParserSetup {
            monitor: MONITOR,
            table: Arc::new(registry.table),
            offered: options.offered,
            queue_full: options.queue_full,
            ids: options.ids,
            oob_budget: options.oob_budget,
            frontend: frontend.recipient(),
            queue: queue.recipient(),
            responder: responder.recipient(),
            alive: TaskTracker::new().token(),
        };
        Self { parser: Parser::new(setup).start(), frontend, queue, responder, ran }
    }

    /// With session 1 open.
    async fn opened(options: Options) -> Self {
        let mut bench = Self::start(options);
        bench.open(1).await;
        bench.forget_what_was_said().await;
        bench
    }

    /// With session 1 in command mode.
    async fn negotiated(oob: Oob) -> Self {
        Self::negotiated_with(oob, Options::default()).await
    }

    async fn negotiated_with(oob: Oob, options: Options) -> Self {
        let mut bench = Self::opened(options).await;
        bench.negotiate(1, oob).await;
        bench
    }

    async fn open(&self, number: u64) {
        let peer = "test".to_owned();
        self.parser.send(FrontendToParser::SessionOpened { session: session(number), peer }).await.unwrap();
        // The queue's part: nobody holds the input.
        self.resume(number, 0).await;
    }

    async fn negotiate(&mut self, number: u64, oob: Oob) {
        let enable = if oob == Oob::Enabled { r#"["oob"]"# } else { "[]" };
        let arguments = format!(r#"{{"enable": {enable}}}"#);
        self.input(number, format!(r#"{{"execute": "qmp_capabilities", "arguments": {arguments}}}"#)).await;
        assert_eq!(self.told_queue().await, [format!("negotiated {number} {oob:?}")]);
        self.forget_what_was_said().await;
    }

    async fn input(&self, number: u64, text: impl Into<Vec<u8>>) {
        let bytes = bytes::Bytes::from(text.into());
        self.parser.send(FrontendToParser::BytesReceived { session: session(number), bytes }).await.unwrap();
    }

    async fn end_input(&self, number: u64) {
        self.parser.send(FrontendToParser::InputEnded { session: session(number) }).await.unwrap();
    }

    async fn close(&self, number: u64) {
        self.parser.send(FrontendToParser::SessionClosed { session: session(number) }).await.unwrap();
    }

    async fn suspend(&self, number: u64) {
        self.parser.send(QueueToParser::SuspendInput { session: session(number) }).await.unwrap();
    }

    async fn resume(&self, number: u64, judged: u64) {
        let (session, judged) = (session(number), Sequence(judged));
        self.parser.send(QueueToParser::ResumeInput { session, judged }).await.unwrap();
    }

    async fn told_queue(&mut self) -> Vec<String> {
        self.queue.settled().await.iter().map(said_to_queue).collect()
    }

    async fn told_responder(&mut self) -> Vec<String> {
        self.responder.settled().await.iter().map(said_to_responder).collect()
    }

    /// Chunks and bytes given back.
    async fn told_frontend(&mut self) -> Vec<(usize, usize)> {
        let given = |ParserToFrontend::InputTaken { session: key, chunks, bytes }| {
            assert_eq!(key.monitor, MONITOR);
            (chunks, bytes)
        };
        self.frontend.settled().await.into_iter().map(given).collect()
    }

    /// What `quick` was run with, out-of-band.
    async fn ran(&mut self) -> Vec<u64> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.ran.try_iter().collect()
    }

    async fn forget_what_was_said(&mut self) {
        self.told_queue().await;
        self.told_responder().await;
        self.told_frontend().await;
    }
}

fn shown(id: Option<&RequestId>) -> String {
    id.map_or_else(|| "none".to_owned(), |id| id.to_string())
}

fn said_to_queue(message: &ParserToQueue) -> String {
    match message {
        ParserToQueue::SessionStarted { session } => format!("started {}", session.session),
        ParserToQueue::CapabilitiesNegotiated { session, oob } => format!("negotiated {} {oob:?}", session.session),
        ParserToQueue::RequestParsed(InBandRequest { key, id, body, .. }) => {
            let body = body.as_ref().map_or_else(|error| format!("error {error}"), |command| command.name.to_owned());
            format!("{}.{} id {}: {body}", key.session.session, key.sequence, shown(id.as_ref()))
        }
        ParserToQueue::InputEnded { session } => format!("input ended {}", session.session),
        ParserToQueue::SessionEnded { session } => format!("ended {}", session.session),
        ParserToQueue::MonitorClosed => "monitor closed".to_owned(),
    }
}

fn said_to_responder(message: &ParserToResponder) -> String {
    match message {
        ParserToResponder::SessionStarted { session, peer } => format!("started {} by {peer}", session.session),
        ParserToResponder::CapabilitiesNegotiated { session, id } => {
            format!("negotiated {} id {}", session.session, shown(id.as_ref()))
        }
        ParserToResponder::RequestRefused { session, id, error } => {
            format!("refused {} id {}: {:?}: {error}", session.session, shown(id.as_ref()), error.class())
        }
        ParserToResponder::OobFinished { session, id, outcome } => {
            format!("finished {} id {}: {}", session.session, shown(id.as_ref()), said_of(outcome))
        }
        ParserToResponder::SessionEnded { session } => format!("ended {}", session.session),
        ParserToResponder::MonitorClosed { monitor } => format!("monitor {monitor} closed"),
    }
}

fn said_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Return(value) => value.to_value().unwrap().to_string(),
        Outcome::Silent => "silent".to_owned(),
        Outcome::Error(error) => format!("{:?}: {error}", error.class()),
    }
}
