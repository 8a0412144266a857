//! SIGTERM at any moment: what clients have read ends with a whole message, and the program ends well.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use actix_qmp_tests::program::DEADLINE;
use actix_qmp_tests::{Failure, Launch, Outcome, Product};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const REQUESTS: &str = concat!(
    r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#,
    r#"{"execute": "query-status", "id": 1}{"execute": "query-qmp-schema", "id": 2}{"execute": "cont", "id": 3}"#,
    r#"{"exec-oob": "query-yank", "id": 4}{"execute": "query-version", "id": 5}{"execute": "stop", "id": 6}"#,
);

/// Moments that are spread over what the program does, and the same in every run.
fn moment(number: usize) -> Duration {
    Duration::from_micros((number as u64).wrapping_mul(7_919) % 4_000)
}

fn ends_well(number: usize) -> Outcome<usize> {
    let mut program = Launch::new(Product::QmpVmm).start()?;
    let mut stream = UnixStream::connect(program.address(0).as_path()?)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.write_all(REQUESTS.as_bytes())?;
    // Not to wait for anything: to be somewhere else each time.
    thread::sleep(moment(number));
    let pid = i32::try_from(program.pid()).ok().and_then(Pid::from_raw).ok_or_else(|| Failure::new("no process id"))?;
    kill_process(pid, Signal::TERM).map_err(|error| Failure::new(error.to_string()))?;
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        Ok(_) => {}
        // A client that was never accepted is reset by the system, which throws its request away.
        Err(error) if error.kind() == ErrorKind::ConnectionReset && received.is_empty() => {}
        Err(error) => return Err(Failure::new(format!("{error} after {:?}", moment(number)))),
    }
    let status = program.wait_exit()?;
    assert!(status.success(), "{status} after {:?}", moment(number));
    let mut messages = 0;
    for line in received.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        messages += 1;
        let whole = serde_json::from_slice::<Value>(line).is_ok_and(|message| message.is_object());
        assert!(whole, "no whole message after {:?}: {}", moment(number), line.escape_ascii());
    }
    assert!(received.is_empty() || received.ends_with(b"\r\n"), "the last message is cut off");
    Ok(messages)
}

#[test]
fn sigterm_at_1000_moments_leaves_whole_messages_and_success() -> Outcome {
    let messages = (0..1_000).map(ends_well).collect::<Outcome<Vec<_>>>()?;
    // Greeting and replies, with the events of `cont` and `stop`.
    let all = messages.iter().max().copied().unwrap_or_default();
    assert!(
        all >= 8 && messages.iter().any(|&some| (1..all).contains(&some)),
        "not at different moments: {messages:?}"
    );
    Ok(())
}
