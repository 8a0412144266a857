//! The clock jumps, of the whole program: libfaketime stands between it and the system.

use std::fs;
use std::path::Path;

use actix_qmp_tests::skip::report;
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::json;

use crate::base::Base;

/// Where Debian's package `libfaketime` puts it.
fn library() -> Option<String> {
    let path = format!("/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1", std::env::consts::ARCH);
    Path::new(&path).exists().then_some(path)
}

/// Seconds since 1970 of the event that the command causes.
fn stamp_of(client: &mut QmpClient, command: &str, event: &str) -> Outcome<i64> {
    client.execute(command, json!({}))?;
    Ok(client.wait_event(event)?["timestamp"]["seconds"].as_i64().unwrap_or_default())
}

fn set(file: &Path, shift: &str) -> Outcome {
    // In one step: it is read whenever the program asks for the time.
    let next = file.with_extension("next");
    fs::write(&next, shift)?;
    Ok(fs::rename(next, file)?)
}

#[test]
fn the_clock_may_jump_a_year_either_way() -> Outcome {
    const DAY: i64 = 24 * 60 * 60;
    let Some(library) = library() else {
        return report("the_clock_may_jump_a_year_either_way", "libfaketime is not installed");
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("shift");
    set(&file, "+0")?;
    let program = Launch::new(Product::QmpVmm)
        .monitors(2)
        .environment("LD_PRELOAD", library)
        .environment("FAKETIME_TIMESTAMP_FILE", &file)
        .environment("FAKETIME_NO_CACHE", "1")
        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .start()?;
    let base = Base::of(&program)?;
    let mut client = program.session(&["oob"])?;
    let now = stamp_of(&mut client, "cont", "RESUME")?;
    let mut events = ["STOP", "RESUME"].into_iter().cycle();
    for (shift, days) in [("+365d", 365), ("-365d", -365), ("+0", 0)] {
        set(&file, shift)?;
        let event = events.next().unwrap_or_default();
        let command = if event == "STOP" { "stop" } else { "cont" };
        let stamp = stamp_of(&mut client, command, event)?;
        assert!((stamp - now - days * DAY).abs() < DAY, "{shift}: {stamp} after {now}");
        // Who connects then is served, and what is measured is time that has passed.
        program.session_on(1, &[])?.execute("query-status", json!({}))?;
        let told = client.execute_oob("x-query-monitors", json!({}))?;
        let longest = told[0]["in-band-running"]["max-us"].as_i64().unwrap_or(i64::MAX);
        assert!(longest < DAY * 1_000_000, "{told}");
    }
    drop(client);
    base.is_back(&program)
}
