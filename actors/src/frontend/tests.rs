//! The frontend between a client on a chardev in memory and two probes.

mod closing;
mod input;
mod output;

use std::time::Duration;

use actix::Addr;
use actix_qmp_chardev::{ChardevOptions, MemoryConnector, MemoryStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::task::TaskTracker;

use super::*;
use crate::test_support::Probe;

const MONITOR: MonitorId = MonitorId(5);

fn session(number: u64) -> SessionKey {
    SessionKey { monitor: MONITOR, session: SessionId(number) }
}

/// The actor under test; its client and every peer of it is the test.
struct Bench {
    frontend: Addr<Frontend>,
    connector: MemoryConnector,
    parser: Probe<FrontendToParser>,
    responder: Probe<FrontendToResponder>,
    first_client: oneshot::Receiver<()>,
    alive: TaskTracker,
}

/// What the parser was told.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Opened(u64),
    Bytes(u64, Vec<u8>),
    InputEnded(u64),
    Closed(u64),
    MonitorClosed,
}

/// What the responder was told.
#[derive(Debug, PartialEq, Eq)]
struct Reported {
    session: u64,
    writes: usize,
    bytes: usize,
}

impl Bench {
    fn start() -> Self {
        Self::with_buffer(64 * 1024)
    }

    fn with_buffer(buffer_bytes: usize) -> Self {
        Self::start_with(buffer_bytes, Probe::start(), Probe::start())
    }

    fn start_with(buffer_bytes: usize, parser: Probe<FrontendToParser>, responder: Probe<FrontendToResponder>) -> Self {
        tokio::time::pause();
        let (options, connector) = ChardevOptions::memory_with_buffer(buffer_bytes);
        let (tell_first_client, first_client) = oneshot::channel();
        let alive = TaskTracker::new();
        alive.close();
        let setup = FrontendSetup {
            monitor: MONITOR,
            chardev: options.bind().unwrap().register().unwrap(),
            limits: OutputLimits::default(),
            parser: parser.recipient(),
            responder: responder.recipient(),
            first_client: tell_first_client,
            alive: alive.token(),
        };
        Self { frontend: Frontend::new(setup).start(), connector, parser, responder, first_client, alive }
    }

    /// With the client of session 1.
    async fn connected() -> (Self, MemoryStream) {
        Self::connected_with_buffer(64 * 1024).await
    }

    async fn connected_with_buffer(buffer_bytes: usize) -> (Self, MemoryStream) {
        let mut bench = Self::with_buffer(buffer_bytes);
        let client = bench.connector.connect();
        assert_eq!(bench.seen().await, [Seen::Opened(1)]);
        (bench, client)
    }

    async fn seen(&mut self) -> Vec<Seen> {
        self.parser.settled().await.into_iter().map(seen).collect()
    }

    async fn reported(&mut self) -> Vec<Reported> {
        self.responder.settled().await.into_iter().map(reported).collect()
    }

    async fn write(&self, session_number: u64, bytes: impl Into<Vec<u8>>) {
        let (session, bytes) = (session(session_number), bytes.into());
        self.frontend.send(ResponderToFrontend::WriteOutput { session, bytes }).await.unwrap();
    }

    async fn finish(&self, session_number: u64) {
        self.frontend.send(ResponderToFrontend::FinishSession { session: session(session_number) }).await.unwrap();
    }

    async fn abort(&self, session_number: u64) {
        self.frontend.send(ResponderToFrontend::AbortSession { session: session(session_number) }).await.unwrap();
    }

    async fn give_room(&self, session_number: u64, chunks: usize, bytes: usize) {
        let session = session(session_number);
        self.frontend.send(ParserToFrontend::InputTaken { session, chunks, bytes }).await.unwrap();
    }

    async fn close(&self, within: Duration) {
        self.frontend.send(MonitorsToFrontend::Close { within }).await.unwrap();
    }
}

fn seen(message: FrontendToParser) -> Seen {
    match message {
        FrontendToParser::SessionOpened { session, peer } => {
            assert_eq!((session.monitor, peer.as_str()), (MONITOR, "memory"));
            Seen::Opened(session.session.0)
        }
        FrontendToParser::BytesReceived { session, bytes } => Seen::Bytes(session.session.0, bytes.into()),
        FrontendToParser::InputEnded { session } => Seen::InputEnded(session.session.0),
        FrontendToParser::SessionClosed { session } => Seen::Closed(session.session.0),
        FrontendToParser::MonitorClosed => Seen::MonitorClosed,
    }
}

fn reported(message: FrontendToResponder) -> Reported {
    let FrontendToResponder::OutputWritten { session, writes, bytes } = message;
    Reported { session: session.session.0, writes, bytes }
}

/// Reads what has come by the time when nobody has anything to do.
async fn read_now(client: &mut MemoryStream) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(more) = tokio::time::timeout(Duration::from_millis(1), client.read_buf(&mut read)).await {
        if more.unwrap() == 0 {
            break;
        }
    }
    read
}

/// Reads up to the end of output.
async fn read_to_end(client: &mut MemoryStream) -> Vec<u8> {
    let mut read = Vec::new();
    tokio::time::timeout(Duration::from_secs(3600), client.read_to_end(&mut read)).await.expect("output ends").unwrap();
    read
}

async fn is_at_end(client: &mut MemoryStream) -> bool {
    matches!(tokio::time::timeout(Duration::from_millis(1), client.read(&mut [0])).await, Ok(Ok(0)))
}
