//! The responder between a test that plays its peers and two probes for each monitor.

mod events;
mod limits;
mod messages;
mod sessions;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix::Addr;
use actix_qmp_messages::{
    EventData, Oob, OutputLimits, RequestKey, ResponderToFrontend, ResponderToQueue, Sequence, SessionId, WRITE_WINDOW,
};
use serde_json::{Value, json};

use super::*;
use crate::test_support::Probe;

fn session(monitor: u32, session: u64) -> SessionKey {
    SessionKey { monitor: MonitorId(monitor), session: SessionId(session) }
}

fn id(text: &str) -> Option<RequestId> {
    Some(RequestId::from_normalised(text.into()))
}

/// The actor under test; every peer of it is the test.
struct Bench {
    responder: Addr<Responder>,
    monitors: Vec<Peers>,
}

/// The peers of one monitor; monitors are numbered from 0.
struct Peers {
    style: Style,
    limits: OutputLimits,
    oob: Oob,
    frontend: Probe<ResponderToFrontend>,
    queue: Probe<ResponderToQueue>,
}

impl Default for Peers {
    fn default() -> Self {
        Self {
            style: Style::Compact,
            limits: OutputLimits::default(),
            oob: Oob::Enabled,
            frontend: Probe::start(),
            queue: Probe::start(),
        }
    }
}

impl Bench {
    /// With one monitor.
    async fn start() -> Self {
        Self::start_with(vec![Peers::default()], Vec::new()).await
    }

    async fn start_with(monitors: Vec<Peers>, rules: Vec<ThrottleRule>) -> Self {
        tokio::time::pause();
        let responder = Responder::new(&VersionInfo::new("test 1.0"), rules).start();
        for (monitor, peers) in (0..).map(MonitorId).zip(&monitors) {
            let &Peers { style, limits, oob, .. } = peers;
            let (frontend, queue) = (peers.frontend.recipient(), peers.queue.recipient());
            responder.send(AddMonitorToResponder { monitor, style, limits, oob, frontend, queue }).await.unwrap();
        }
        Self { responder, monitors }
    }

    /// With session 1 in command mode on one monitor, and everything up to there read.
    async fn negotiated() -> Self {
        Self::negotiated_with(vec![Peers::default()], Vec::new()).await
    }

    /// The same on several.
    async fn negotiated_with(monitors: Vec<Peers>, rules: Vec<ThrottleRule>) -> Self {
        let mut bench = Self::start_with(monitors, rules).await;
        for (number, place) in (0..).zip(0..bench.monitors.len()) {
            bench.greet(session(number, 1)).await;
            bench.negotiate(session(number, 1)).await;
            bench.told_frontend(place).await;
        }
        bench
    }

    async fn greet(&self, session: SessionKey) {
        self.responder.send(ParserToResponder::SessionStarted { session, peer: "test".to_owned() }).await.unwrap();
    }

    async fn negotiate(&self, session: SessionKey) {
        self.responder.send(ParserToResponder::CapabilitiesNegotiated { session, id: None }).await.unwrap();
    }

    async fn end(&self, session: SessionKey) {
        self.responder.send(ParserToResponder::SessionEnded { session }).await.unwrap();
    }

    async fn finish(&self, session: SessionKey) {
        self.responder.send(QueueToResponder::SessionFinished { session }).await.unwrap();
    }

    /// An answer without giving the responder a turn.
    fn answer(&self, session: SessionKey, value: impl Into<Value>) {
        let outcome = Outcome::Return(Box::new(value.into()));
        self.responder.try_send(ParserToResponder::OobFinished { session, id: None, outcome }).unwrap();
    }

    fn command_finished(&self, session: SessionKey, sequence: u64, outcome: Outcome) {
        let request = RequestKey { session, sequence: Sequence(sequence) };
        let id = id(&sequence.to_string());
        self.responder.try_send(DispatcherToResponder::CommandFinished { request, id, outcome }).unwrap();
    }

    /// An event without giving the responder a turn.
    fn emit(&self, name: &'static str, data: Option<Value>) {
        self.emit_data(name, data.map(|data| Arc::new(data) as EventData));
    }

    fn emit_data(&self, name: &'static str, data: Option<EventData>) {
        let (at, credit) = (emitted_at(), Arc::new(()));
        self.responder.try_send(EmitterToResponder { name, data, at, credit }).unwrap();
    }

    async fn written(&self, session: SessionKey, writes: usize, bytes: usize) {
        self.responder.send(FrontendToResponder::OutputWritten { session, writes, bytes }).await.unwrap();
    }

    async fn told_frontend(&mut self, monitor: usize) -> Vec<ToFrontend> {
        self.monitors[monitor].frontend.settled().await.into_iter().map(told_frontend).collect()
    }

    /// The text of all writes, whichever session they are for.
    async fn output(&mut self, monitor: usize) -> String {
        let text = |message| if let ToFrontend::Write(_, text) = message { Some(text) } else { None };
        self.told_frontend(monitor).await.into_iter().filter_map(text).collect()
    }

    async fn told_queue(&mut self, monitor: usize) -> Vec<ResponderToQueue> {
        self.monitors[monitor].queue.settled().await
    }
}

/// What a frontend was told; sessions by their number.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ToFrontend {
    Write(u64, String),
    Finish(u64),
    Abort(u64),
}

fn told_frontend(message: ResponderToFrontend) -> ToFrontend {
    match message {
        ResponderToFrontend::WriteOutput { session, bytes } => {
            ToFrontend::Write(session.session.0, String::from_utf8(bytes).unwrap())
        }
        ResponderToFrontend::FinishSession { session } => ToFrontend::Finish(session.session.0),
        ResponderToFrontend::AbortSession { session } => ToFrontend::Abort(session.session.0),
    }
}

/// When all events of these tests happen.
fn emitted_at() -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(7_000_042)
}

/// An event as it looks on the wire.
fn event_text(name: &str, data: &str) -> String {
    let timestamp = r#"{"seconds": 7, "microseconds": 42}"#;
    format!("{{\"timestamp\": {timestamp}, \"event\": \"{name}\"{data}}}\r\n")
}

const GREETING: &str = concat!(
    r#"{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": "test 1.0"}, "#,
    r#""capabilities": ["oob"]}}"#,
    "\r\n"
);
const NEGOTIATED: &str = "{\"return\": {}}\r\n";
