//! Input that is wrong, too deep or too large: one error for one mistake, in few bytes, and the next valid command is answered.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

#[path = "bad_input/memory.rs"]
mod memory;

use std::thread;

use actix_qmp::test_support::parse_stream;
use actix_qmp_tests::embedded::Embedded;
use actix_qmp_tests::fuzz::session;
use actix_qmp_tests::wrong_requests::monitor::register;
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use bytes::Bytes;
use serde_json::{Value, json};

const NEXT: &[u8] = b"\xff{\"execute\": \"next\", \"arguments\": {\"next\": 1}}";
/// Half of what the thread of an arbiter has.
const SMALL_STACK: usize = 1024 << 10;
/// The least size that is too large.
const TOO_LARGE: usize = 64 << 20;

/// What becomes of an input, and whether the valid command behind it is read.
fn outcomes(input: &[u8], chunk: usize) -> Vec<Result<Value, String>> {
    let bytes = [input, NEXT].concat();
    let all = parse_stream(bytes.chunks(chunk).map(Bytes::copy_from_slice));
    let text = |outcome: Result<actix_qmp::Arguments, actix_qmp::QmpError>| match outcome {
        Ok(mut arguments) => Ok(Value::Object(arguments.take_all())),
        Err(error) => Err(error.desc().to_owned()),
    };
    let mut all: Vec<_> = all.into_iter().map(text).collect();
    assert_eq!(all.pop(), Some(Ok(json!({"next": 1}))), "the next valid command");
    all
}

/// The same value as an argument and as the `id`.
fn nested(depth: usize, open: &str, close: &str) -> Vec<u8> {
    let value = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
    format!("{{\"execute\": \"x\", \"arguments\": {{\"v\": {value}}}, \"id\": {value}}}").into_bytes()
}

fn is_judged_by_its_depth(times: usize, levels: usize, open: &str, close: &str) {
    let whole = nested(times, open, close);
    let told = outcomes(&whole, 64 << 10);
    // The brackets of the request and of its arguments are two of the 1,024.
    let is_right = match (&told[0], times * levels <= 1_022) {
        (Ok(_), is_allowed) => is_allowed,
        (Err(error), is_allowed) => !is_allowed && error == "JSON nesting depth limit exceeded",
    };
    assert!(is_right, "{times} of {open}: {:?}", told[0]);
    assert!(told.len() <= 1 + whole.len() / 32, "{} outcomes for {} bytes", told.len(), whole.len());
    let _unclosed = outcomes(open.repeat(times).as_bytes(), 64 << 10);
}

#[test]
fn nesting_of_any_depth_needs_no_stack() {
    let check = || {
        for depth in [1_020, 1_022, 1_023, 1_024, 1_025, 2_000, 10_000, 100_000, 1_000_000] {
            for (open, close, levels) in [("[", "]", 1), ("{\"a\":", "}", 1), ("[{\"a\":", "}]", 2)] {
                is_judged_by_its_depth(depth / levels, levels, open, close);
            }
        }
    };
    thread::Builder::new().stack_size(SMALL_STACK).spawn(check).unwrap().join().unwrap();
}

/// A request of this size, its bytes in a string.
fn of_size(bytes: usize) -> Vec<u8> {
    let (head, tail) = (&b"{\"execute\": \"x\", \"arguments\": {\"text\": \""[..], &b"\"}}"[..]);
    [head, &b"x".repeat(bytes - head.len() - tail.len()), tail].concat()
}

#[test]
fn the_last_size_that_is_allowed_is_64_mib_less_one_byte() {
    let all = outcomes(&of_size(TOO_LARGE - 1), 1 << 20);
    assert!(matches!(&all[..], [Ok(_), Err(stray)] if stray.contains("stray")), "one request, and the byte 0xFF");
    for bytes in [TOO_LARGE, TOO_LARGE + 1] {
        let all = outcomes(&of_size(bytes), 1 << 20);
        assert!(matches!(&all[..], [Err(limit)] if limit.contains("size limit")), "{bytes}: {all:?}");
    }
}

#[test]
fn garbage_is_answered_with_at_most_four_times_its_bytes_and_1_kib() {
    const ALPHABETS: [&[u8]; 7] = [
        "\"\\u\u{80}[]".as_bytes(),
        b"[]{}",
        "{x}\u{e9}".as_bytes(),
        "\"\u{1}\u{10ffff}".as_bytes(),
        b"[]{}\",:'\\a1 \n",
        b"\x00\x01\x7f\x80\xff ]",
        b"}\n",
    ];
    let mut chance = fastrand::Rng::with_seed(5);
    for round in 0..500 {
        let alphabet = ALPHABETS[round % ALPHABETS.len()];
        // The two bytes that tell the fuzzer's function how the session goes.
        let mut input = vec![chance.u8(..16), 255];
        let length = chance.usize(..4_000);
        input.extend(std::iter::repeat_with(|| alphabet[chance.usize(..alphabet.len())]).take(length));
        session(&input);
    }
}

/// The reply to a request that must be refused: short, and without a byte that a terminal would obey.
fn is_short(client: &mut QmpClient, request: &str) -> Outcome {
    client.send(request)?;
    let line = client.next_line()?;
    let text = String::from_utf8_lossy(&line);
    let start = request.get(..60).unwrap_or(request);
    assert!(text.contains("\"error\""), "{start}: {text}");
    assert!(line.len() < 2_000, "{} bytes of reply to {start}", line.len());
    let desc = serde_json::from_slice::<Value>(&line)?["error"]["desc"].as_str().unwrap_or_default().to_owned();
    assert!(!desc.chars().any(char::is_control), "{start}: {}", desc.escape_debug());
    Ok(())
}

/// Long names, and names that a terminal would obey.
fn names() -> [String; 3] {
    ["x".repeat(100_000), "\\u001b[2J\\n\\u0085".repeat(10_000), "\u{e9}\\u0001".repeat(30_000)]
}

#[test]
fn client_text_in_an_error_is_cut_and_escaped_wherever_it_stands() -> Outcome {
    let monitors = Embedded::start(1, register)?;
    let mut client = monitors.session(0, &["oob"])?;
    for name in names() {
        for request in [
            format!(r#"{{"execute": "{name}"}}"#),
            format!(r#"{{"exec-oob": "{name}", "id": 1}}"#),
            format!(r#"{{"execute": "query-version", "{name}": 1}}"#),
            format!(r#"{{"execute": "query-version", "arguments": {{"{name}": 1}}}}"#),
            format!(r#"{{"execute": "query-version", "control": {{"{name}": 1}}}}"#),
            format!(r#"{{"execute": "qmp_capabilities", "arguments": {{"enable": ["{name}"]}}}}"#),
            format!(r#"{{"execute": "blockdev-add", "arguments": {{"driver": "{name}", "node-name": "a"}}}}"#),
            format!(r#"{{"execute": "set_link", "arguments": {{"name": "a", "up": "{name}"}}}}"#),
            format!(r#"{{"execute": "send-key", "arguments": {{"keys": [{{"type": "{name}", "data": 1}}]}}}}"#),
            format!(r#"{{"execute": "send-key", "arguments": {{"keys": [{{"type": "qcode", "data": "{name}"}}]}}}}"#),
            format!(r#"{{"execute": "object-add", "arguments": {{"qom-type": "{name}", "id": "a"}}}}"#),
            format!(r#"{{"execute": "query-stats", "arguments": {{"target": "{name}"}}}}"#),
            format!(r#"{{"{name}": 1, "{name}": 2}}"#),
        ] {
            is_short(&mut client, &request)?;
        }
    }
    for request in
        ["y".repeat(100_000) + "\n", "9".repeat(100_000) + "z\n", format!("{{\"a\": 1e{}}}", "9".repeat(50_000))]
    {
        is_short(&mut client, &request)?;
    }
    Ok(())
}

#[test]
fn client_text_in_an_error_of_the_machine_is_cut_and_escaped_too() -> Outcome {
    let program = Launch::new(Product::QmpVmm).start()?;
    let mut client = program.session(&[])?;
    for name in names() {
        for request in [
            format!(r#"{{"execute": "migrate", "arguments": {{"uri": "{name}"}}}}"#),
            format!(r#"{{"execute": "dump-guest-memory", "arguments": {{"paging": false, "protocol": "{name}"}}}}"#),
            format!(
                r#"{{"execute": "dump-guest-memory", "arguments": {{"paging": false, "protocol": "file:/none/{name}"}}}}"#
            ),
            format!(r#"{{"execute": "dump-guest-memory", "arguments": {{"paging": false, "protocol": "fd:{name}"}}}}"#),
            format!(
                r#"{{"execute": "yank", "arguments": {{"instances": [{{"type": "block-node", "node-name": "{name}"}}]}}}}"#
            ),
        ] {
            is_short(&mut client, &request)?;
        }
    }
    Ok(())
}

#[test]
fn client_text_in_the_log_is_escaped_and_below_trace_cut() -> Outcome {
    for level in ["debug", "trace"] {
        let mut program = Launch::new(Product::QmpVmm).environment("RUST_LOG", level).start()?;
        let mut client = program.session(&["oob"])?;
        for name in names() {
            let name = name.get(..4_000).unwrap_or(&name);
            client.send(format!(r#"{{"execute": "{name}"}}{{"execute": "x", "{name}": 1, "id": "{name}"}}"#))?;
            client.send(format!(r#"{{"execute": "migrate", "arguments": {{"uri": "{name}"}}}}"#))?;
            client.send(r#"{"execute": "query-status", "id": "next"}"#)?;
            while client.next_answer()?["id"] != "next" {}
        }
        client.execute("quit", json!({}))?;
        program.wait_exit()?;
        let log = program.stderr();
        assert!(log.contains("request_refused"), "{log}");
        for line in log.lines() {
            assert!(!line.chars().any(char::is_control), "{}", line.escape_debug());
            assert!(level == "trace" || line.len() < 1_000, "{} bytes: {line}", line.len());
        }
    }
    Ok(())
}
