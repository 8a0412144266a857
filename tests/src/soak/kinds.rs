//! The kinds of clients. Each checks all that it reads: the right `id`, the right content, in order, each once.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use fastrand::Rng;
use serde_json::{Value, json};

use super::Counts;
use crate::program::{Address, DEADLINE};
use crate::{Failure, Outcome, QmpClient};

/// What a client is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Load,
    /// It does what a monitor must bear.
    Fault,
}

/// A kind of client.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) role: Role,
    pub(super) run: fn(&Address, &mut Rng, &Counts) -> Outcome,
}

pub(super) const KINDS: [Kind; 12] = [
    Kind { name: "ordinary", role: Role::Load, run: ordinary },
    Kind { name: "many at once, oob off", role: Role::Load, run: written_ahead },
    Kind { name: "many at once, oob on", role: Role::Load, run: flood },
    Kind { name: "half-close", role: Role::Fault, run: half_close },
    Kind { name: "garbage", role: Role::Fault, run: garbage },
    Kind { name: "vanishes within a request", role: Role::Fault, run: vanishes },
    Kind { name: "leaves with answers unread", role: Role::Fault, run: leaves_unread },
    Kind { name: "resets the connection", role: Role::Fault, run: resets },
    Kind { name: "byte by byte", role: Role::Load, run: byte_by_byte },
    Kind { name: "storm of events", role: Role::Load, run: storm },
    Kind { name: "holds the dispatcher", role: Role::Fault, run: holds },
    Kind { name: "holds the main thread", role: Role::Fault, run: dumps },
];

/// Requests that may wait: these are never dropped.
const MAY_WAIT: usize = 8;
/// Bytes of RAM that are dumped.
const DUMPED: u64 = 1 << 20;
/// Resets that a storm asks for.
const STORM: usize = 40;

fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}

/// A client that counts what it sends and what it reads.
struct Counted<'c> {
    client: QmpClient,
    counts: &'c Counts,
}

impl<'c> Counted<'c> {
    /// In command mode.
    fn negotiated(monitor: &Address, enable: &[&str], counts: &'c Counts) -> Outcome<Self> {
        add(&counts.sessions, 1);
        Ok(Self { client: QmpClient::negotiated(monitor, enable)?, counts })
    }

    /// Sends so many requests at once.
    fn send(&mut self, requests: usize, text: impl AsRef<[u8]>) -> Outcome {
        add(&self.counts.requests, requests);
        self.client.send(text)
    }

    /// Sends requests with the ids from 0 at once; gives what each answer must have.
    fn ahead(&mut self, chance: &mut Rng, count: usize) -> Outcome<Vec<&'static str>> {
        let (texts, members): (Vec<_>, Vec<_>) = (0..count).map(|id| request(chance, id)).unzip();
        self.send(count, texts.concat())?;
        Ok(members)
    }

    /// The next message that is not an event.
    fn answer(&mut self) -> Outcome<Value> {
        let answer = self.client.next_answer()?;
        add(&self.counts.answers, 1);
        Ok(answer)
    }

    /// Takes the next answer, which must be this one.
    fn expect(&mut self, id: usize, member: &str) -> Outcome {
        let answer = self.answer()?;
        if answer["id"] == id && answer["return"].get(member).is_some() {
            return Ok(());
        }
        Err(self.client.failure(format!("no answer to {id} with '{member}'")))
    }

    /// Takes the answers to all that was sent ahead.
    fn expect_all(&mut self, members: &[&str]) -> Outcome {
        members.iter().enumerate().try_for_each(|(id, member)| self.expect(id, member))
    }

    /// Leaves without the answers to so many requests.
    fn abandon(self, requests: usize) -> QmpClient {
        add(&self.counts.abandoned, requests);
        self.client
    }
}

/// A request and what its answer must have.
fn request(chance: &mut Rng, id: usize) -> (String, &'static str) {
    let (command, member) =
        [("query-status", "status"), ("query-version", "qemu"), ("query-memory-size-summary", "base-memory")]
            [chance.usize(..3)];
    (json!({"execute": command, "id": id}).to_string(), member)
}

fn ordinary(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let enable: &[&str] = if chance.bool() { &["oob"] } else { &[] };
    let mut client = Counted::negotiated(monitor, enable, counts)?;
    for id in 0..chance.usize(..20) {
        let (text, member) = request(chance, id);
        client.send(1, text)?;
        client.expect(id, member)?;
        if !enable.is_empty() {
            client.send(1, r#"{"exec-oob": "query-yank", "id": "oob"}"#)?;
            let answer = client.answer()?;
            if answer["id"] != "oob" || !answer["return"].is_array() {
                return Err(client.client.failure("no answer to 'oob'"));
            }
        }
    }
    Ok(())
}

fn written_ahead(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let members = client.ahead(chance, 64)?;
    client.expect_all(&members)
}

/// More than may wait: each is answered, in order, or dropped, and told; those that may wait are not dropped.
fn flood(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &["oob"], counts)?;
    let members = client.ahead(chance, 32)?;
    let (mut seen, mut last) = (vec![false; members.len()], None);
    while seen.contains(&false) {
        let message = client.client.next_message()?;
        let is_drop = message["event"] == "COMMAND_DROPPED";
        if message.get("event").is_some() && !is_drop {
            continue;
        }
        let id = if is_drop { &message["data"]["id"] } else { &message["id"] };
        let id = id.as_u64().and_then(|id| usize::try_from(id).ok()).filter(|id| seen.get(*id) == Some(&false));
        let Some(id) = id else {
            return Err(client.client.failure("what came last is for nobody, or for the second time"));
        };
        seen[id] = true;
        if is_drop && id >= MAY_WAIT {
            add(&counts.dropped, 1);
        } else if is_drop || last > Some(id) || message["return"].get(members[id]).is_none() {
            return Err(client.client.failure("what came last is out of order, or wrong"));
        } else {
            add(&counts.answers, 1);
            last = Some(id);
        }
    }
    Ok(())
}

fn half_close(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let members = client.ahead(chance, 16)?;
    client.client.shutdown_write()?;
    client.expect_all(&members)?;
    client.client.expect_end_behind_events()
}

/// After it a byte 0xFF, and the next valid request is answered.
fn garbage(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    const ALPHABET: &[u8] = b"[]{}\",:\\a1'\n\x01\xfe";
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let length = chance.usize(..300);
    let bytes: Vec<u8> = std::iter::repeat_with(|| ALPHABET[chance.usize(..ALPHABET.len())]).take(length).collect();
    client.client.send(&bytes)?;
    client.send(1, b"\xff{\"execute\": \"query-version\", \"id\": \"last\"}")?;
    // A byte is one mistake at most, so is the one behind them, and then comes the answer.
    for _ in 0..length + 2 {
        let error = client.client.next_answer()?;
        if error["id"] == "last" && error["return"].get("qemu").is_some() {
            add(&counts.answers, 1);
            return Ok(());
        }
        if error["error"]["class"] != "GenericError" || error.get("id").is_some() {
            return Err(client.client.failure("what came last is no error for garbage"));
        }
    }
    Err(client.client.failure("more errors than bytes"))
}

fn vanishes(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &["oob"], counts)?;
    let (text, _) = request(chance, 0);
    client.client.send(&text[..chance.usize(..text.len())])
}

fn leaves_unread(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let count = chance.usize(1..=30);
    let requests = (0..count).map(|id| json!({"execute": "query-qmp-schema", "id": id}).to_string());
    client.send(count, requests.collect::<String>())?;
    drop(client.abandon(count));
    Ok(())
}

fn resets(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &["oob"], counts)?;
    let sent = client.ahead(chance, MAY_WAIT)?.len();
    client.abandon(sent).reset()
}

fn byte_by_byte(monitor: &Address, chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let (text, member) = request(chance, 0);
    add(&counts.requests, 1);
    client.client.send_byte_by_byte(text.as_bytes())?;
    client.expect(0, member)
}

/// An event for each reset, before its answer. Every session gets all of them, so there is one storm at a time.
fn storm(monitor: &Address, _chance: &mut Rng, counts: &Counts) -> Outcome {
    #[expect(clippy::disallowed_types, reason = "clients of a test are no actors")]
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _storm = ONE_AT_A_TIME.lock().map_err(|_| Failure::new("another storm failed"))?;
    let mut client = Counted::negotiated(monitor, &[], counts)?;
    let requests = (0..STORM).map(|id| json!({"execute": "system_reset", "id": id}).to_string());
    client.send(STORM, requests.collect::<String>())?;
    let (mut events, mut answers) = (0, 0);
    while answers < STORM {
        let message = client.client.next_message()?;
        match message["event"].as_str() {
            Some("RESET") => events += 1,
            // Another client's dump.
            Some(_) => {}
            None if message == json!({"return": {}, "id": answers}) && events == answers + 1 => answers += 1,
            None => {
                return Err(client.client.failure("what came last is no answer in its place, behind its one event"));
            }
        }
    }
    add(&counts.answers, STORM);
    Ok(())
}

/// Nothing is executed in-band until it is let go, out-of-band. Another client's release may have come in between, so it is said
/// until the answer is there.
fn holds(monitor: &Address, _chance: &mut Rng, counts: &Counts) -> Outcome {
    let mut client = Counted::negotiated(monitor, &["oob"], counts)?;
    client.send(1, r#"{"execute": "x-oob-test", "arguments": {"lock": true}, "id": "lock"}"#)?;
    let (started, mut is_held, mut asked) = (Instant::now(), true, false);
    while is_held || asked {
        if !asked {
            client.send(1, r#"{"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": "release"}"#)?;
            asked = true;
        }
        let answer = client.answer()?;
        match (answer["id"].as_str(), answer["return"] == json!({})) {
            (Some("lock"), true) if is_held => is_held = false,
            (Some("release"), true) if asked => asked = false,
            (_, _) => return Err(client.client.failure("what came last is no answer, or for the second time")),
        }
        if started.elapsed() > DEADLINE {
            return Err(Failure::new("held, however often it is let go"));
        }
    }
    Ok(())
}

/// RAM is written by the main thread, which does nothing else meanwhile; out-of-band commands are answered.
fn dumps(monitor: &Address, _chance: &mut Rng, counts: &Counts) -> Outcome {
    let file = tempfile::NamedTempFile::new()?;
    let mut client = Counted::negotiated(monitor, &["oob"], counts)?;
    let arguments =
        json!({"paging": false, "begin": 0, "length": DUMPED, "protocol": format!("file:{}", file.path().display())});
    client.send(1, json!({"execute": "dump-guest-memory", "arguments": arguments, "id": "dump"}).to_string())?;
    client.send(1, r#"{"exec-oob": "query-yank", "id": "oob"}"#)?;
    let mut answers = [client.answer()?, client.answer()?];
    answers.sort_by_key(|answer| answer["id"].to_string());
    if answers[0] != json!({"return": {}, "id": "dump"}) || answers[1] != json!({"return": [], "id": "oob"}) {
        return Err(client.client.failure("no answers to 'dump' and 'oob'"));
    }
    let mut magic = [0; 4];
    file.as_file().read_exact(&mut magic)?;
    if magic == *b"\x7fELF" { Ok(()) } else { Err(Failure::new(format!("no ELF file: {magic:?}"))) }
}
