//! Clients that send and never read.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use actix_qmp_tests::bench::process::{peak_resident_bytes, resident_bytes};
use actix_qmp_tests::program::DEADLINE;
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::{Value, json};

const DEAF: usize = 64;
/// What such a client may cost.
const EACH: u64 = 4 << 20;
/// More requests than output limit, socket and input window hold: the answers would be 200 MB.
const REQUESTS: usize = 1_000;

/// Sends until nothing more is taken.
fn shout(path: &std::path::Path) -> Outcome<UnixStream> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_write_timeout(Some(Duration::from_millis(200)))?;
    stream.write_all(br#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#)?;
    let request = json!({"execute": "query-qmp-schema"}).to_string();
    for _ in 0..REQUESTS {
        match stream.write_all(request.as_bytes()) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(stream)
}

/// Whether each of these clients has so much output waiting that its monitor reads no more.
fn all_are_held(client: &mut QmpClient) -> Outcome<bool> {
    let monitors = client.execute_oob("x-query-monitors", json!({}))?;
    let held =
        |monitor: &&Value| monitor["suspended-by"].as_array().is_some_and(|by| by.contains(&json!("output-backlog")));
    Ok(monitors.as_array().is_some_and(|monitors| monitors.iter().filter(held).count() == DEAF))
}

#[test]
fn sixty_four_clients_that_never_read_take_4_mib_each_and_nobody_else_notices() -> Outcome {
    let launch = Launch::new(Product::QmpVmm).monitors(DEAF + 1).monitor_options("queue-full=suspend");
    let mut program = launch.start()?;
    let before = resident_bytes(program.pid())?;
    let mut deaf = Vec::new();
    for monitor in 1..=DEAF {
        deaf.push(shout(program.address(monitor).as_path()?)?);
    }
    let (mut client, started) = (program.session(&["oob"])?, Instant::now());
    for _ in 0..100 {
        client.execute("query-status", json!({}))?;
        client.execute_oob("query-yank", json!({}))?;
    }
    while !all_are_held(&mut client)? {
        assert!(started.elapsed() < DEADLINE, "some monitor reads on while its client takes no output");
    }
    let growth = peak_resident_bytes(program.pid())?.saturating_sub(before);
    assert!(growth <= DEAF as u64 * EACH, "{DEAF} such clients take {growth} bytes");
    client.execute("quit", json!({}))?;
    assert!(program.wait_exit()?.success());
    Ok(())
}
