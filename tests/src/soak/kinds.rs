//! The kinds of clients. Each checks all that it reads: the right `id`, the right content, in order, each once.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::Counts;
use crate::program::Address;
use crate::{Failure, Outcome, QmpClient};

/// A kind of client.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) run: fn(&Address, &mut Chance, &Counts) -> Outcome,
}

pub(super) const KINDS: [Kind; 11] = [
    Kind { name: "ordinary", run: ordinary },
    Kind { name: "many at once, oob off", run: written_ahead },
    Kind { name: "many at once, oob on", run: flood },
    Kind { name: "half-close", run: half_close },
    Kind { name: "garbage", run: garbage },
    Kind { name: "vanishes within a request", run: vanishes },
    Kind { name: "leaves with answers unread", run: leaves_unread },
    Kind { name: "resets the connection", run: resets },
    Kind { name: "byte by byte", run: byte_by_byte },
    Kind { name: "storm of events", run: storm },
    Kind { name: "holds the dispatcher", run: holds },
];

/// Resets that a storm asks for.
const STORM: usize = 40;

/// Numbers from a seed (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }
}

fn add(count: &AtomicU64, more: usize) {
    count.fetch_add(more as u64, Ordering::Relaxed);
}

/// A client in command mode.
fn session(monitor: &Address, enable: &[&str]) -> Outcome<QmpClient> {
    let mut client = QmpClient::connect(monitor)?;
    client.greeting()?;
    client.negotiate(enable)?;
    Ok(client)
}

/// A request and what its answer must have.
fn request(chance: &mut Chance, id: usize) -> (String, &'static str) {
    let (command, member) =
        [("query-status", "status"), ("query-version", "qemu"), ("query-memory-size-summary", "base-memory")]
            [chance.below(3)];
    (json!({"execute": command, "id": id}).to_string(), member)
}

/// Takes the next answer, which must be this one.
fn expect(client: &mut QmpClient, id: usize, member: &str) -> Outcome {
    let answer = client.next_answer()?;
    if answer["id"] == id && answer["return"].get(member).is_some() {
        return Ok(());
    }
    Err(client.failure(format!("no answer to {id} with '{member}'")))
}

fn ordinary(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let enable: &[&str] = if chance.below(2) == 0 { &["oob"] } else { &[] };
    let mut client = session(monitor, enable)?;
    for id in 0..chance.below(20) {
        let (text, member) = request(chance, id);
        client.send(text)?;
        expect(&mut client, id, member)?;
        if !enable.is_empty() {
            client.execute_oob("query-yank", json!({}))?;
            add(&counts.requests, 1);
            add(&counts.answers, 1);
        }
        add(&counts.requests, 1);
        add(&counts.answers, 1);
    }
    Ok(())
}

fn ahead(client: &mut QmpClient, chance: &mut Chance, count: usize) -> Outcome<Vec<&'static str>> {
    let (texts, members): (Vec<_>, Vec<_>) = (0..count).map(|id| request(chance, id)).unzip();
    client.send(texts.concat())?;
    Ok(members)
}

fn written_ahead(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let members = ahead(&mut client, chance, 64)?;
    for (id, member) in members.iter().enumerate() {
        expect(&mut client, id, member)?;
    }
    add(&counts.requests, members.len());
    add(&counts.answers, members.len());
    Ok(())
}

/// More than may wait: each is answered, in order, or dropped, and told.
fn flood(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &["oob"])?;
    let members = ahead(&mut client, chance, 32)?;
    let (mut seen, mut last, mut dropped) = (vec![false; members.len()], None, 0);
    while seen.contains(&false) {
        let message = client.next_message()?;
        if message["event"] == "RESET" {
            continue;
        }
        let is_drop = message["event"] == "COMMAND_DROPPED";
        let id = if is_drop { &message["data"]["id"] } else { &message["id"] };
        let id = id.as_u64().and_then(|id| usize::try_from(id).ok()).filter(|id| seen.get(*id) == Some(&false));
        let Some(id) = id else { return Err(client.failure("what came last is for nobody, or for the second time")) };
        seen[id] = true;
        if is_drop {
            dropped += 1;
        } else if last > Some(id) || message["return"].get(members[id]).is_none() {
            return Err(client.failure("what came last is out of order, or wrong"));
        } else {
            last = Some(id);
        }
    }
    add(&counts.requests, members.len());
    add(&counts.dropped, dropped);
    add(&counts.answers, members.len() - dropped);
    Ok(())
}

fn half_close(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let members = ahead(&mut client, chance, 16)?;
    client.shutdown_write()?;
    for (id, member) in members.iter().enumerate() {
        expect(&mut client, id, member)?;
    }
    add(&counts.requests, members.len());
    add(&counts.answers, members.len());
    client.expect_end_behind_events("RESET")
}

/// After it a byte 0xFF, and the next valid request is answered.
fn garbage(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let bytes: Vec<u8> = (0..chance.below(300)).map(|_| b"[]{}\",:\\a1'\n\x01\xfe"[chance.below(14)]).collect();
    client.send(&bytes)?;
    client.send(b"\xff{\"execute\": \"query-version\", \"id\": \"last\"}")?;
    loop {
        let answer = client.next_answer()?;
        if answer["id"] == "last" {
            break;
        }
        if answer["error"]["class"] != "GenericError" {
            return Err(Failure::new(format!("an answer to garbage: {answer}")));
        }
    }
    add(&counts.requests, 1);
    add(&counts.answers, 1);
    Ok(())
}

fn vanishes(monitor: &Address, chance: &mut Chance, _counts: &Counts) -> Outcome {
    let mut client = session(monitor, &["oob"])?;
    let (text, _) = request(chance, 0);
    client.send(&text[..chance.below(text.len())])
}

fn leaves_unread(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let count = 1 + chance.below(30);
    let requests = (0..count).map(|id| json!({"execute": "query-qmp-schema", "id": id}).to_string());
    client.send(requests.collect::<String>())?;
    add(&counts.requests, count);
    add(&counts.abandoned, count);
    Ok(())
}

fn resets(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &["oob"])?;
    let sent = ahead(&mut client, chance, 8)?.len();
    add(&counts.requests, sent);
    add(&counts.abandoned, sent);
    client.reset()
}

fn byte_by_byte(monitor: &Address, chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let (text, member) = request(chance, 0);
    client.send_byte_by_byte(text.as_bytes())?;
    add(&counts.requests, 1);
    add(&counts.answers, 1);
    expect(&mut client, 0, member)
}

/// Every session gets an event for each reset; this one gets those of its own before their answers.
fn storm(monitor: &Address, _chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &[])?;
    let requests = (0..STORM).map(|id| json!({"execute": "system_reset", "id": id}).to_string());
    client.send(requests.collect::<String>())?;
    let (mut events, mut answers) = (0, 0);
    while answers < STORM {
        let message = client.next_message()?;
        if message["event"] == "RESET" {
            events += 1;
        } else if message["id"] == answers && message["return"] == json!({}) && events > answers {
            answers += 1;
        } else {
            return Err(client.failure("what came last is no answer in its place, or its event has not come"));
        }
    }
    add(&counts.requests, STORM);
    add(&counts.answers, STORM);
    Ok(())
}

/// Nothing is executed in-band until it is let go, out-of-band. Another client's release may have come in between, so it is said
/// until the answer is there.
fn holds(monitor: &Address, _chance: &mut Chance, counts: &Counts) -> Outcome {
    let mut client = session(monitor, &["oob"])?;
    client.send(r#"{"execute": "x-oob-test", "arguments": {"lock": true}, "id": "lock"}"#)?;
    let release = r#"{"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": "release"}"#;
    let (mut released, mut answered) = (0, 0);
    let mut is_held = true;
    while is_held || answered < released {
        if is_held && answered == released {
            client.send(release)?;
            released += 1;
        }
        let answer = client.next_answer()?;
        match (answer["id"].as_str(), answer["return"] == json!({})) {
            (Some("lock"), true) if is_held => is_held = false,
            (Some("release"), true) => answered += 1,
            (_, _) => return Err(client.failure("what came last is no answer, or for the second time")),
        }
    }
    add(&counts.requests, 1 + released);
    add(&counts.answers, 1 + answered);
    Ok(())
}
