//! What a client sends, in the log: its ids at TRACE whatever they are, its text above that cut and escaped.

use actix_qmp::test_support::Client;
use serde_json::{Value, json};
use tracing::Level;

use crate::rig::{Rig, generic_error, send_hold};
use crate::seen::{Recorded, Seen, all, begin, events};

/// Ids as they are sent and as they are answered.
const IDS: [(&str, &str); 6] = [
    ("7", "7"),
    ("null", "null"),
    ("true", "true"),
    ("1.0", "1.0"),
    (r#"[1,{"a":"b"}]"#, r#"[1, {"a": "b"}]"#),
    (r#""x""#, r#""x""#),
];

const GOOD: &str = r#""execute":"note""#;
const MALFORMED: &str = r#""execute":7"#;
const OUT_OF_BAND: &str = r#""exec-oob":"where""#;

fn request(request: &str, id: &str) -> String {
    format!(r#"{{{request},"id":{id}}}"#)
}

/// Sends it and gives the next message.
async fn ask(client: &mut Client, text: String) -> Value {
    client.send(text).await;
    client.receive().await
}

/// The texts of these messages, as they are logged.
fn logged<'a>(seen: &'a [Seen], name: &str) -> Vec<&'a str> {
    let told = events(seen, name).into_iter();
    told.map(|(level, fields, _)| {
        assert_eq!(level, Level::TRACE, "{name} is a payload");
        fields.get("bytes")
    })
    .collect()
}

/// How many of the texts have this in them, as it is logged.
fn count(texts: &[&str], text: &str) -> usize {
    let escaped = text.as_bytes().escape_ascii().to_string();
    texts.iter().filter(|logged| logged.contains(&escaped)).count()
}

#[actix::test]
async fn ids_of_every_type_are_told_with_each_request_and_with_its_answer() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    send_hold(&mut client, 1).await;
    rig.holds.runs(1).await;
    for n in 1..=8 {
        client.execute("note", format!("waits {n}")).await;
    }
    for (id, _) in IDS {
        assert_eq!(ask(&mut client, request(GOOD, id)).await["event"], "COMMAND_DROPPED");
        let reply = ask(&mut client, request(OUT_OF_BAND, id)).await;
        assert!(reply.get("return").is_some(), "{reply}");
    }
    rig.holds.release(1);
    for _ in 0..=8 {
        client.reply().await;
    }
    for (id, _) in IDS {
        let reply = ask(&mut client, request(GOOD, id)).await;
        assert!(reply.get("return").is_some(), "{reply}");
        generic_error(&ask(&mut client, request(MALFORMED, id)).await);
    }
    rig.end().await;
    let seen = all(&mut seen);
    let (received, sent) = (logged(&seen, "bytes_received"), logged(&seen, "message_sent"));
    for (id, answered) in IDS {
        let asked = [(GOOD, 2), (MALFORMED, 1), (OUT_OF_BAND, 1)];
        for (kind, times) in asked {
            assert_eq!(count(&received, &request(kind, id)), times, "{kind} with id {id}: {received:?}");
        }
        let answers = [
            (format!(r#"{{"return": {{"n": 0}}, "id": {answered}}}"#), "executed"),
            (format!(r#"{{"id": {answered}, "error": "#), "malformed"),
            (format!(r#")", "id": {answered}}}"#), "out-of-band"),
            (format!(r#""data": {{"id": {answered}, "reason": "queue-full"}}"#), "dropped"),
        ];
        for (answer, what) in answers {
            assert_eq!(count(&sent, &answer), 1, "{what} with id {id}: {sent:?}");
        }
    }
}

/// Begins whatever a client sends in the test below.
const MARK: &str = "INJECTED";

/// Requests of all kinds, wrong in all places; each has one answer.
fn hostile_requests(text: &str) -> Vec<String> {
    let whole = [
        json!({"execute": text, "id": 1}),
        json!({"exec-oob": text, "id": 1}),
        json!({"execute": "note", "id": text}),
        json!({"execute": "note", "id": {text: [text]}}),
        json!({"execute": "note", "id": 1, text: 1}),
        json!({"execute": "note", "id": 1, "arguments": {text: text}}),
        json!({"execute": "note", "id": 1, "arguments": {"n": text}}),
        json!({"exec-oob": "where", "id": text, "arguments": {text: text}}),
        json!({"exec-oob": "note", "id": 1, "arguments": {"n": text}}),
        json!({"execute": "qmp_capabilities", "id": 1, "arguments": {"enable": [text]}}),
        json!(text),
        json!([text]),
    ];
    let broken = [format!("{{\"execute\": {}]", json!(text)), format!("{{\"{MARK}\" \u{1b}")];
    // What follows a mistake on its line is passed over.
    whole.iter().map(Value::to_string).chain(broken).map(|request| request + "\n").collect()
}

/// Whether this may stand above TRACE.
fn is_harmless(recorded: Recorded, text: &str) -> bool {
    let is_escaped = recorded == Recorded::AsString || !text.contains(char::is_control);
    // A hundred characters at most, each of which may be an escape.
    is_escaped && text.len() < 1000
}

#[actix::test]
async fn text_of_a_client_is_cut_and_escaped_in_whatever_is_told_above_trace() {
    let mut seen = begin().await;
    let mut rig = Rig::start().await;
    let mut client = rig.client().await;
    let hostile = format!("{MARK}\u{1b}[31m\r\n\u{85}\u{7f}");
    for text in [hostile.clone(), format!("{hostile}{}", "y".repeat(5000))] {
        for request in hostile_requests(&text) {
            let reply = ask(&mut client, request.clone()).await;
            assert!(reply.get("error").is_some() || reply.get("return").is_some(), "{request}: {reply}");
        }
    }
    client.execute("query-version", "next").await;
    assert_eq!(client.receive().await["id"], "next", "one of the requests had two answers");
    rig.end().await;
    let (mut above, mut traced) = (0, 0);
    for seen in all(&mut seen) {
        let texts = seen.fields().flat_map(|fields| fields.texts()).filter(|(_, text)| text.contains(MARK));
        for (recorded, text) in texts {
            if seen.level() == Level::TRACE {
                traced += 1;
                continue;
            }
            above += 1;
            assert!(is_harmless(recorded, text), "{recorded:?}, {} bytes: {text:?} in {seen:?}", text.len());
        }
    }
    assert!(above > 0 && traced > 0, "text of a client is not told at all: {above} {traced}");
}
