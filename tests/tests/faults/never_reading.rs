//! Clients that send and never read.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use actix_qmp_tests::bench::process::{peak_resident_bytes, reset_peak, resident_bytes};
use actix_qmp_tests::footprint::KEEP_NOTHING;
use actix_qmp_tests::program::DEADLINE;
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::{Value, json};

use crate::base::Base;

const DEAF: usize = 64;
/// What each such client may cost at its most.
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

/// Waits until so many clients have so much output waiting that their monitors read no more.
fn wait_until_held(client: &mut QmpClient, deaf: usize) -> Outcome {
    let held =
        |monitor: &&Value| monitor["suspended-by"].as_array().is_some_and(|by| by.contains(&json!("output-backlog")));
    let started = Instant::now();
    while started.elapsed() < DEADLINE {
        let monitors = client.execute_oob("x-query-monitors", json!({}))?;
        if monitors.as_array().is_some_and(|monitors| monitors.iter().filter(held).count() == deaf) {
            return Ok(());
        }
    }
    Err(client.failure("some monitor reads on while its client takes no output"))
}

#[test]
fn sixty_four_clients_that_never_read_take_4_mib_each_and_nobody_else_notices() -> Outcome {
    let launch = Launch::new(Product::QmpVmm).monitors(DEAF + 1).monitor_options("queue-full=suspend");
    let mut program = launch.environment(KEEP_NOTHING.0, KEEP_NOTHING.1).start()?;
    let (base, pid) = (Base::of(&program)?, program.pid());
    let mut client = program.session(&["oob"])?;
    let mut deaf = Vec::new();
    for monitor in 1..=DEAF {
        reset_peak(pid)?;
        let before = resident_bytes(pid)?;
        deaf.push(shout(program.address(monitor).as_path()?)?);
        wait_until_held(&mut client, monitor)?;
        let growth = peak_resident_bytes(pid)?.saturating_sub(before);
        assert!(growth <= EACH, "client {monitor} takes {growth} bytes");
    }
    for _ in 0..100 {
        client.execute("query-status", json!({}))?;
        client.execute_oob("query-yank", json!({}))?;
    }
    drop((client, deaf));
    base.is_back(&program)?;
    program.session(&[])?.execute("quit", json!({}))?;
    assert!(program.wait_exit()?.success());
    Ok(())
}
