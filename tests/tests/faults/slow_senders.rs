//! Clients that send a byte now and then.

use std::thread;
use std::time::Duration;

use actix_qmp_tests::bench::open_files::raise_limit;
use actix_qmp_tests::bench::process::cpu_time;
use actix_qmp_tests::{Launch, Outcome, Product, QmpClient};
use serde_json::json;

use crate::base::Base;

const SLOW: usize = 500;
const REQUEST: &[u8] = br#"{"execute":"query-status"}"#;
/// Between two bytes of a client.
const PAUSE: Duration = Duration::from_secs(1);

#[test]
fn five_hundred_clients_that_send_a_byte_at_a_time_are_answered_and_cost_next_to_nothing() -> Outcome {
    // The program inherits it, and has two descriptors for each monitor and its client.
    raise_limit()?;
    let program = Launch::new(Product::QmpVmm).monitors(SLOW + 1).start()?;
    let base = Base::of(&program)?;
    let mut slow: Vec<QmpClient> =
        (1..=SLOW).map(|monitor| program.session_on(monitor, &[])).collect::<Outcome<_>>()?;
    let mut ordinary = program.session(&["oob"])?;
    let spent = cpu_time(program.pid())?;
    for byte in REQUEST {
        for client in &mut slow {
            client.send([*byte])?;
        }
        ordinary.execute("query-status", json!({}))?;
        ordinary.execute_oob("query-yank", json!({}))?;
        thread::sleep(PAUSE);
    }
    let spent = cpu_time(program.pid())? - spent;
    for client in &mut slow {
        assert!(client.next_answer()?.get("return").is_some());
    }
    // Of 13,000 bytes each is a wake-up; a loop that waits for the rest of a request would take all of the time.
    assert!(spent < PAUSE * REQUEST.len() as u32 / 10, "{spent:?} of CPU");
    drop((slow, ordinary));
    base.is_back(&program)
}
