//! Clients on sockets that go while their input is held and some of it lies unread.

use actix_qmp::test_support::Client;
use actix_qmp::{Monitor, MonitorOptions, SuspendGuard};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpStream, UnixStream};

use super::{QUEUE, hold_input};
use crate::rig::{PATIENCE, Rig, answer, send_note, test_command, within};

/// More than is read while nothing is parsed (64 KiB): the rest lies unread in the socket.
const MORE_THAN_IS_READ: usize = 70 * 1024;
/// Answers of [`Large`] that are more than any socket holds.
const ANSWERS: i64 = 200;

test_command! {
    /// Returns 256 KiB.
    Large = "large", ALLOW_OOB: true
}

/// How clients connect, and how they go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Unix,
    /// Closing resets the connection.
    TcpThatResets,
    TcpThatCloses,
}

/// Who holds the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Embedder,
    QueueFull,
    OutputBacklog,
    CommandInFlight,
}

impl Holder {
    const ALL: [Self; 4] = [Self::Embedder, Self::QueueFull, Self::OutputBacklog, Self::CommandInFlight];

    /// As `x-query-monitors` tells it.
    fn told(self) -> &'static str {
        match self {
            Self::Embedder => "embedder",
            Self::QueueFull => "queue-full",
            Self::OutputBacklog => "output-backlog",
            Self::CommandInFlight => "command-in-flight",
        }
    }

    /// What the client has to negotiate for it.
    fn capabilities(self) -> &'static [&'static str] {
        match self {
            Self::Embedder | Self::QueueFull | Self::OutputBacklog => &["oob"],
            Self::CommandInFlight => &[],
        }
    }

    /// What the client sends so that it holds.
    fn requests(self) -> String {
        let hold = || request("execute", "hold", 1);
        match self {
            Self::Embedder => String::new(),
            Self::QueueFull => hold() + &(0..QUEUE).map(|n| request("execute", "note", n)).collect::<String>(),
            Self::OutputBacklog => (0..ANSWERS).map(|n| request("exec-oob", "large", n)).collect(),
            Self::CommandInFlight => hold(),
        }
    }

    /// Whether a command runs that only the test lets end.
    fn is_behind_a_command(self) -> bool {
        matches!(self, Self::QueueFull | Self::CommandInFlight)
    }
}

fn request(member: &str, command: &str, n: i64) -> String {
    json!({member: command, "arguments": {"n": n}, "id": n}).to_string()
}

/// What makes this hold the input, and behind it so much that reading stops.
fn fill(holder: Holder) -> String {
    let mut input = holder.requests();
    let end = input.len() + MORE_THAN_IS_READ;
    while input.len() < end {
        input += &request("execute", "note", -1);
    }
    input
}

/// A monitor on a socket, with a client whose input this holds.
struct Held {
    rig: Rig,
    monitor: Monitor,
    transport: Transport,
    client: Option<Client>,
    guard: Option<SuspendGuard>,
    _directory: TempDir,
}

async fn connect(monitor: &Monitor, transport: Transport) -> Client {
    let (_, address) = monitor.local_name().split_once(':').expect("an address");
    if transport == Transport::Unix {
        return Client::over(UnixStream::connect(address).await.expect("it listens"));
    }
    let stream = TcpStream::connect(address).await.expect("it listens");
    if transport == Transport::TcpThatResets {
        stream.set_zero_linger().expect("a socket");
    }
    Client::over(stream)
}

impl Held {
    async fn start(transport: Transport, holder: Holder) -> Self {
        let mut rig =
            Rig::start_with(|builder| builder.command_oob(|_: Large| Ok(json!("x".repeat(256 * 1024))))).await;
        let directory = tempfile::tempdir().expect("a directory");
        let socket = match transport {
            Transport::Unix => format!("unix:{}/qmp.sock", directory.path().display()),
            Transport::TcpThatResets | Transport::TcpThatCloses => "tcp:127.0.0.1:0".to_owned(),
        };
        let rule = if holder == Holder::QueueFull { "suspend" } else { "drop" };
        let options = format!("{socket},server=on,wait=off,queue-full={rule},output-suspend=16384");
        let options: MonitorOptions = options.parse().expect("options");
        let monitor = rig.monitors.add(options).await.expect("the monitor starts");
        let mut client = connect(&monitor, transport).await;
        client.negotiate(holder.capabilities()).await;
        let guard = match holder {
            Holder::Embedder => Some(hold_input(&mut rig, &monitor).await),
            Holder::QueueFull | Holder::OutputBacklog | Holder::CommandInFlight => None,
        };
        let input = fill(holder);
        let before = read_so_far(&rig.info(&monitor).await);
        client.send(&input).await;
        if holder.is_behind_a_command() {
            rig.holds.runs(1).await;
        }
        let mut held = Self { rig, monitor, transport, client: Some(client), guard, _directory: directory };
        let missing = format!("'{}' holds the input and reading has stopped", holder.told());
        let read = within(&missing, held.read_when_it_stops(holder)).await - before;
        assert!(read < input.len() as u64, "{holder:?}: all of the input was read");
        held
    }

    /// Waits until this alone holds the input and nothing more is read or written; says how much was read.
    async fn read_when_it_stops(&mut self, holder: Holder) -> u64 {
        let mut before = Value::Null;
        loop {
            self.rig.settle().await;
            let info = self.rig.info(&self.monitor).await;
            if info["suspended-by"] == json!([holder.told()]) && info["counts"] == before {
                return read_so_far(&info);
            }
            before = info["counts"].clone();
        }
    }

    /// The client goes, whatever it is that still holds its input; the next one connects.
    async fn next_client(&mut self) -> Client {
        let next = connect(&self.monitor, self.transport).await;
        self.client = None;
        next
    }

    fn release(&mut self) {
        self.guard = None;
        self.rig.holds.release(1);
    }
}

/// Waits until the client is greeted, for less long than it would wait itself.
async fn greeted(client: &mut Client, when: &str) {
    let negotiated = tokio::time::timeout(PATIENCE / 2, client.negotiate(&["oob"])).await;
    negotiated.unwrap_or_else(|_| panic!("the next client is not greeted {when}"));
}

fn read_so_far(info: &Value) -> u64 {
    info["counts"]["bytes-in"].as_u64().expect("a number")
}

async fn next_is_served_before_anything_is_released(transport: Transport) {
    for holder in Holder::ALL {
        let mut held = Held::start(transport, holder).await;
        let mut next = held.next_client().await;
        greeted(&mut next, &format!("although '{}' is not released", holder.told())).await;
        next.execute_oob("where", "out-of-band").await;
        assert_eq!(next.receive().await["id"], "out-of-band", "{holder:?}");
        held.release();
        send_note(&mut next, 77).await;
        assert_eq!(next.receive().await, answer(77), "{holder:?}");
        assert_eq!(held.rig.notes.so_far(), [77], "{holder:?}: what the client left behind was executed");
        held.rig.end().await;
    }
}

#[actix::test]
async fn a_unix_client_that_vanishes_is_noticed_and_the_next_is_served_whoever_holds_the_input() {
    next_is_served_before_anything_is_released(Transport::Unix).await;
}

#[actix::test]
async fn a_tcp_client_that_resets_is_noticed_and_the_next_is_served_whoever_holds_the_input() {
    next_is_served_before_anything_is_released(Transport::TcpThatResets).await;
}

#[actix::test]
async fn a_tcp_client_that_merely_closes_is_not_noticed_and_the_next_is_served_when_the_hold_ends() {
    // One that has not read its output resets the connection by closing it.
    for holder in [Holder::Embedder, Holder::QueueFull, Holder::CommandInFlight] {
        let mut held = Held::start(Transport::TcpThatCloses, holder).await;
        let mut next = held.next_client().await;
        held.rig.settle().await;
        let info = held.rig.info(&held.monitor).await;
        let state = (&info["session"]["session"], &info["suspended-by"]);
        assert_eq!(state, (&json!(1), &json!([holder.told()])), "more is noticed than docs/protocol.md says");
        held.release();
        greeted(&mut next, &format!("after the end of '{}'", holder.told())).await;
        send_note(&mut next, 77).await;
        assert_eq!(next.receive().await, answer(77), "{holder:?}");
        held.rig.end().await;
    }
}
