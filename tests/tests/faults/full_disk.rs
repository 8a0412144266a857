//! No space left on the device.

use std::fs::OpenOptions;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_qmp_tests::program::{Address, DEADLINE};
use actix_qmp_tests::{Failure, Launch, Outcome, Product, QmpClient};
use serde_json::json;

/// Killed when the test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, as it should.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn connected(address: &Address, enable: &[&str]) -> Outcome<QmpClient> {
    let started = Instant::now();
    loop {
        match QmpClient::negotiated(address, enable) {
            Ok(client) => return Ok(client),
            Err(failure) if started.elapsed() > DEADLINE => return Err(failure),
            Err(_not_yet) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// Everything is logged, and nothing of it can be written.
fn serves_with_a_log_that_goes_nowhere(stderr: Stdio) -> Outcome {
    let folder = tempfile::tempdir().map_err(Failure::new)?;
    let path = folder.path().join("qmp");
    let mut command = Command::new(Product::QmpVmm.executable()?);
    command.arg("--qmp").arg(format!("unix:{},server=on,wait=off", path.display()));
    let mut program = Running(command.env("RUST_LOG", "trace").stdin(Stdio::null()).stderr(stderr).spawn()?);
    for _ in 0..20 {
        let mut client = connected(&Address::Unix(path.clone()), &["oob"])?;
        client.send(b"garbage\n\xff")?;
        client.send(r#"{"execute": "query-status", "id": "behind garbage"}"#)?;
        while client.next_answer()?["id"] != "behind garbage" {}
    }
    let mut client = connected(&Address::Unix(path), &[])?;
    client.execute("quit", json!({}))?;
    let asked = Instant::now();
    while asked.elapsed() < DEADLINE {
        if let Some(status) = program.0.try_wait()? {
            assert!(status.success(), "{status}");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(Failure::new("it does not end"))
}

#[test]
fn a_log_on_a_full_disk_harms_nobody() -> Outcome {
    serves_with_a_log_that_goes_nowhere(OpenOptions::new().write(true).open("/dev/full")?.into())
}

#[test]
fn a_log_that_nobody_reads_any_more_harms_nobody() -> Outcome {
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    serves_with_a_log_that_goes_nowhere(writer.into())
}

#[test]
fn a_dump_to_a_full_disk_is_an_error_and_the_machine_goes_on() -> Outcome {
    let program = Launch::new(Product::QmpVmm).start()?;
    let mut client = program.session(&[])?;
    for _ in 0..3 {
        let dump =
            json!({"execute": "dump-guest-memory", "arguments": {"paging": false, "protocol": "file:/dev/full"}});
        client.send(dump.to_string())?;
        let answer = client.next_answer()?;
        let desc = answer["error"]["desc"].as_str().unwrap_or_default();
        assert!(desc.contains("No space left on device"), "{answer}");
        client.execute("query-status", json!({}))?;
    }
    Ok(())
}
