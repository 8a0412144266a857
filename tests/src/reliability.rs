//! How often a monitor mixes up, loses and hoards: the same four tests on `qmp-vmm` and, where it is installed, on QEMU.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bench::process::resident_bytes;
use crate::program::DEADLINE;
use crate::{Launch, Outcome, Product, Program, QmpClient};

/// Rounds of the first two tests.
const ROUNDS: usize = 100;
/// Requests written ahead of a half-close.
const AHEAD: usize = 16;
/// How long a client sends without reading.
const SHOUTING: Duration = Duration::from_secs(10);
/// Opening brackets, and then as many closing ones.
const BRACKETS: usize = 100_000;

/// What a client that never reads may cost, in bytes.
const HOARDED_MAX: u64 = 4 << 20;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Sessions that got a reply to the session before.
    pub mixed_up: Count,
    /// Replies that a client with `oob` did not get after its half-close.
    pub lost: Count,
    /// Bytes by which memory grew while a client sent for ten seconds and did not read.
    pub hoarded: u64,
    /// Bytes of replies to garbage, of bytes of garbage.
    pub amplified: Count,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// These.
    pub of_them: usize,
    /// Of these.
    pub all: usize,
}

impl Figures {
    /// Starts the program four times, and counts.
    ///
    /// # Errors
    /// If it can't be started, or ends.
    pub fn of(product: Product) -> Outcome<Self> {
        // With the series' rule the ninth of several requests would be dropped, with an event: that is no loss.
        let options = if product == Product::QmpVmm { "queue-full=suspend" } else { "" };
        let start = || Launch::new(product).monitor_options(options).start();
        Ok(Self {
            mixed_up: mixed_up(product, &start()?)?,
            lost: lost(&start()?)?,
            hoarded: hoarded(&start()?)?,
            amplified: amplified(&start()?)?,
        })
    }

    /// Whether it is as docs/reliability.md promises: nothing mixed up or lost, 4 MiB, and four bytes for one.
    pub fn is_as_promised(&self) -> bool {
        let nothing = self.mixed_up.of_them == 0 && self.lost.of_them == 0;
        nothing && self.hoarded <= HOARDED_MAX && self.amplified.of_them <= 4 * self.amplified.all
    }

    /// As columns of a table.
    pub fn columns(&self) -> [String; 4] {
        let Self { mixed_up, lost, hoarded, amplified } = self;
        [
            format!("{} of {}", mixed_up.of_them, mixed_up.all),
            format!("{} of {}", lost.of_them, lost.all),
            format!("{:.1} MiB", *hoarded as f64 / f64::from(1 << 20)),
            format!("{:.2}", amplified.of_them as f64 / amplified.all as f64),
        ]
    }
}

/// A client asks for something and leaves while it runs; the next one looks whether it gets the answer.
fn mixed_up(product: Product, program: &Program) -> Outcome<Count> {
    let mut of_them = 0;
    for _ in 0..ROUNDS {
        let mut first = patient_session(program)?;
        match product {
            Product::Qemu => {
                first.send(r#"{"execute": "query-qmp-schema", "id": "first"}"#)?;
                // Long enough for it to be running, and not for QEMU to have ended it.
                thread::sleep(Duration::from_millis(5));
            }
            Product::QmpVmm => {
                // This one has made the schema long before: it is held until the next client lets it go.
                first.send(r#"{"execute": "x-oob-test", "arguments": {"lock": true}, "id": "first"}"#)?;
                first.wait_until_running("x-oob-test")?;
            }
        }
        drop(first);
        let mut second = program.client(0)?;
        second.send(r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": "second"}"#)?;
        if product == Product::QmpVmm {
            second.send(r#"{"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": "release"}"#)?;
        }
        second.send(json!({"execute": "query-version", "id": "last"}).to_string())?;
        let mut ids = Vec::new();
        while ids.last() != Some(&json!("last")) {
            ids.push(second.next_message()?["id"].clone());
        }
        of_them += usize::from(ids.contains(&json!("first")));
    }
    Ok(Count { of_them, all: ROUNDS })
}

/// Requests that are written ahead, and then the end of the sending side.
fn lost(program: &Program) -> Outcome<Count> {
    let mut answered = 0;
    for _ in 0..ROUNDS {
        let mut client = patient_session(program)?;
        let requests = (0..AHEAD).map(|id| json!({"execute": "query-status", "id": id}).to_string());
        client.send(requests.collect::<String>())?;
        client.shutdown_write()?;
        // The end is what there is instead of the rest.
        let is_answered =
            |id: &usize| client.next_answer().is_ok_and(|answer| answer["id"] == *id && answer["return"].is_object());
        answered += (0..AHEAD).take_while(is_answered).count();
    }
    let all = ROUNDS * AHEAD;
    Ok(Count { of_them: all - answered, all })
}

/// A session with `oob` that passes over what is not for it: QEMU hands a reply that one client did not get to the next.
fn patient_session(program: &Program) -> Outcome<QmpClient> {
    let mut client = program.client(0)?;
    client.send(json!({"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": "mine"}).to_string())?;
    while client.next_message()?["id"] != "mine" {}
    Ok(client)
}

fn raw(program: &Program) -> Outcome<UnixStream> {
    let mut stream = UnixStream::connect(program.address(0).as_path()?)?;
    stream.write_all(br#"{"execute": "qmp_capabilities"}"#)?;
    Ok(stream)
}

fn hoarded(program: &Program) -> Outcome<u64> {
    drop(program.session(&[])?);
    let before = resident_bytes(program.pid())?;
    let mut stream = raw(program)?;
    stream.set_write_timeout(Some(Duration::from_millis(100)))?;
    let (started, request) = (Instant::now(), json!({"execute": "query-qmp-schema"}).to_string());
    // Where in the request the next byte is: a write may take a part of it.
    let (mut most, mut sent) = (before, 0);
    while started.elapsed() < SHOUTING {
        match stream.write(&request.as_bytes()[sent..]) {
            Ok(count) => sent = (sent + count) % request.len(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => most = most.max(resident_bytes(program.pid())?),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(most.max(resident_bytes(program.pid())?) - before)
}

fn amplified(program: &Program) -> Outcome<Count> {
    let mut stream = raw(program)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let garbage = ["[".repeat(BRACKETS), "]".repeat(BRACKETS)].concat();
    let mut writer = stream.try_clone()?;
    let last = thread::spawn({
        let garbage = garbage.clone();
        move || {
            writer.write_all(garbage.as_bytes())?;
            writer.write_all(br#"{"execute": "query-version", "id": "last"}"#)
        }
    });
    let (mut received, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    while !received.ends_with(b"\r\n") || !contains(&received, br#""id": "last""#) {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(crate::Failure::new("the monitor ended, and had not answered the last request"));
        }
        received.extend_from_slice(&buffer[..count]);
    }
    last.join().map_err(|_| crate::Failure::new("the writer panicked"))??;
    Ok(Count { of_them: received.len(), all: garbage.len() })
}

/// Looks at the end only: the answer that is waited for is the last thing that comes.
fn contains(received: &[u8], what: &[u8]) -> bool {
    let tail = &received[received.len().saturating_sub(512)..];
    tail.windows(what.len()).any(|window| window == what)
}
