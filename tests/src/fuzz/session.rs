//! The bytes of a session, to a whole monitor.

use std::time::Duration;

use actix::{System, SystemRunner};
use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::{Client, parse_stream};
use actix_qmp::{MonitorOptions, Monitors, QueueFull, Style, VersionInfo};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::differential::answer::Answer;
use crate::wrong_requests::monitor::register;

/// Bytes in each direction that the narrow monitor's connection holds.
const NARROW: usize = 7;
/// The monitor whose connection is wide and whose options are the usual ones.
const WIDE: usize = 2;
/// The monitor that lets `x-oob-test` go.
const RELEASING: usize = 4;
/// How long a session may take before `x-oob-test` is let go, in case it is that.
const HELD: Duration = Duration::from_millis(100);
/// How often it is let go before the session counts as stuck.
const RELEASES: usize = 300;

/// Bytes of input that any garbage has to its credit.
const CREDIT: usize = 1 << 10;

const PLAIN: &str = r#"{"execute": "qmp_capabilities"}"#;
const OOB: &str = r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#;
const RELEASE: &str = r#"{"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": 1}"#;

/// How the session goes, from the first two bytes of the input.
struct Plan {
    monitor: usize,
    negotiation: Option<&'static str>,
    leaves: bool,
    cut: usize,
}

impl Plan {
    fn of(first: u8, second: u8) -> Self {
        let negotiations = [None, Some(PLAIN), Some(OOB), Some(OOB)];
        Self {
            monitor: usize::from(first >> 2 & 3),
            negotiation: negotiations[usize::from(first & 3)],
            leaves: first >> 4 == 0xf,
            cut: usize::from(second) + 1,
        }
    }
}

/// What is special about a monitor.
#[derive(Clone, Copy)]
enum Kind {
    Narrow,
    Suspends,
    Usual,
    Pretty,
}

impl Kind {
    fn options(self) -> (MonitorOptions, MemoryConnector) {
        let (chardev, connector) = match self {
            Self::Narrow => ChardevOptions::memory_with_buffer(NARROW),
            Self::Suspends | Self::Usual | Self::Pretty => ChardevOptions::memory(),
        };
        let mut options = MonitorOptions::new(chardev);
        if matches!(self, Self::Suspends) {
            options.queue_full = QueueFull::Suspend;
        }
        if matches!(self, Self::Pretty) {
            options.style = Style::Pretty;
        }
        (options, connector)
    }
}

/// Monitors that serve one session after the other.
struct Rig {
    runner: SystemRunner,
    // Its monitors live as long as it does.
    _monitors: Monitors,
    connectors: Vec<MemoryConnector>,
}

thread_local! {
    static RIG: Rig = Rig::start();
}

/// Each value that is framed has one answer or one `COMMAND_DROPPED`, every line is whole, errors of syntax without an
/// `id` are at most four times the input and 1 KiB, and then the output ends.
///
/// # Panics
/// If not.
pub fn session(data: &[u8]) {
    let [first, second, input @ ..] = data else { return };
    let plan = Plan::of(*first, *second);
    RIG.with(|rig| rig.runner.block_on(rig.play(&plan, input)));
}

/// What a monitor sends to a session that has these bytes, greeting and all.
pub(super) fn output_for(input: &[u8]) -> Vec<u8> {
    RIG.with(|rig| rig.runner.block_on(rig.exchange(WIDE, std::iter::once(input))))
}

impl Rig {
    fn start() -> Self {
        let runner = System::new();
        let (monitors, connectors) = runner.block_on(async {
            let builder = register(Monitors::builder(VersionInfo::new("fuzzed")));
            let mut monitors = builder.start().await.expect("monitors");
            let mut connectors = Vec::new();
            for kind in [Kind::Narrow, Kind::Suspends, Kind::Usual, Kind::Pretty, Kind::Usual] {
                let (options, connector) = kind.options();
                // Dropped, a monitor goes on all the same.
                drop(monitors.add(options).await.expect("a monitor"));
                connectors.push(connector);
            }
            (monitors, connectors)
        });
        Self { runner, _monitors: monitors, connectors }
    }

    async fn play(&self, plan: &Plan, input: &[u8]) {
        if plan.leaves {
            let mut stream = self.connectors[plan.monitor].connect();
            stream.write_all(&input[..input.len().min(NARROW)]).await.expect("the monitor takes input");
            return;
        }
        let negotiation = plan.negotiation.unwrap_or_default().as_bytes();
        let output = self.exchange(plan.monitor, std::iter::once(negotiation).chain(input.chunks(plan.cut))).await;
        let mut messages = messages(&output);
        assert!(messages.next().is_some_and(|message| json(message).get("QMP").is_some()), "no greeting");
        if plan.negotiation.is_some() {
            assert_eq!(messages.next().map(json), Some(json!({"return": {}})), "the answer to the negotiation");
        }
        check(input, messages);
    }

    /// What a monitor sends to who sends this and then nothing more.
    async fn exchange<'p>(&self, monitor: usize, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
        let (mut receiver, mut sender) = tokio::io::split(self.connectors[monitor].connect());
        let sending = async {
            for piece in pieces {
                sender.write_all(piece).await.expect("the monitor takes input");
            }
            sender.shutdown().await.expect("the end of input is taken");
        };
        let mut output = Vec::new();
        let receiving = async {
            let all = receiver.read_to_end(&mut output);
            tokio::pin!(all);
            for _ in 0..RELEASES {
                tokio::select! {
                    read = &mut all => return read.expect("the connection can be read"),
                    () = tokio::time::sleep(HELD) => self.release().await,
                }
            }
            panic!("the session does not end");
        };
        let ((), _length) = tokio::join!(sending, receiving);
        output
    }

    /// Lets `x-oob-test` go, which the input may have asked for.
    async fn release(&self) {
        let mut client = Client::negotiated(&self.connectors[RELEASING], &["oob"]).await;
        client.send(RELEASE).await;
        client.receive().await;
    }
}

fn check<'o>(input: &[u8], messages: impl Iterator<Item = &'o [u8]>) {
    let (mut answers, mut dropped, mut mistakes) = (0, 0, 0);
    for message in messages {
        match Answer::read(message) {
            Answer::Event(name) => dropped += usize::from(name == "COMMAND_DROPPED"),
            Answer::Unreadable(text) => panic!("no message: {text}"),
            Answer::Error { description, id: None, .. } if is_for_garbage(&description) => {
                answers += 1;
                mistakes += message.len() + 2;
            }
            Answer::Error { .. } | Answer::Return { .. } => answers += 1,
        }
    }
    let owed = parse_stream([Bytes::copy_from_slice(input)]).len();
    assert_eq!(answers + dropped, owed, "{answers} answers, {dropped} dropped, of {}", input.escape_ascii());
    assert!(mistakes <= 4 * (CREDIT + input.len()), "{mistakes} bytes of errors for {} of input", input.len());
}

/// Whether the input was no JSON, or no object.
pub(super) fn is_for_garbage(description: &str) -> bool {
    description.starts_with("JSON ") || description == "QMP input must be a JSON object"
}

fn json(message: &[u8]) -> Value {
    serde_json::from_slice(message).unwrap_or_else(|error| panic!("{error}: {}", message.escape_ascii()))
}

/// The messages of a whole output: each ends with CR and LF, which nothing else in it does.
pub(super) fn messages(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    assert!(output.is_ascii(), "output is ASCII: {}", output.escape_ascii());
    let mut rest = output;
    std::iter::from_fn(move || {
        let end = memchr::memmem::find(rest, b"\r\n");
        assert!(end.is_some() || rest.is_empty(), "no end of line: {}", rest.escape_ascii());
        let (message, behind) = rest.split_at(end?);
        rest = &behind[2..];
        Some(message)
    })
}
