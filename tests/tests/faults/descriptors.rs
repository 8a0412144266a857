//! No descriptor left for the next client.

use std::fs;
use std::thread;
use std::time::Duration;

use actix_qmp_tests::bench::process::cpu_time;
use actix_qmp_tests::{Failure, Launch, Outcome, Product, QmpClient};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::base::Base;

fn limit(pid: u32, current: Option<u64>) -> Outcome<Rlimit> {
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let maximum = rustix::process::getrlimit(Resource::Nofile).maximum;
    prlimit(process, Resource::Nofile, Rlimit { current, maximum }).map_err(|error| Failure::new(error.to_string()))
}

#[test]
fn a_client_that_finds_no_descriptor_left_waits_without_a_spin_and_is_served_later() -> Outcome {
    let program = Launch::new(Product::QmpVmm).start()?;
    let base = Base::of(&program)?;
    let pid = program.pid();
    let open: Vec<u64> = fs::read_dir(format!("/proc/{pid}/fd"))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    // The lowest number that is free is what the next descriptor would get.
    let free = (0..).find(|number| !open.contains(number));
    let before = limit(pid, free)?;
    let mut client = QmpClient::connect(program.address(0))?;
    let spent = cpu_time(pid)?;
    // Time in which a loop without a pause would take all of it.
    thread::sleep(Duration::from_secs(1));
    let spent = cpu_time(pid)? - spent;
    assert!(spent < Duration::from_millis(200), "{spent:?} of CPU in a second");
    limit(pid, before.current)?;
    client.greeting()?;
    client.negotiate(&[])?;
    drop(client);
    base.is_back(&program)
}
