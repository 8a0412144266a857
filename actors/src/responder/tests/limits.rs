//! Output that its client does not take.

use super::*;

/// Limits that a few answers of [`filler`] reach.
const LIMITS: OutputLimits = OutputLimits { suspend_above: 1000, close_above: 3000 };

const BACKLOGGED: ResponderToQueue = ResponderToQueue::OutputBacklogged { session: SESSION };
const DRAINED: ResponderToQueue = ResponderToQueue::OutputDrained { session: SESSION };
const SESSION: SessionKey = SessionKey { monitor: MonitorId(0), session: SessionId(1) };

/// A value whose answer is `bytes` bytes long.
fn filler(bytes: usize) -> String {
    "x".repeat(bytes - "{\"return\": \"\"}\r\n".len())
}

/// With everything up to command mode written.
async fn limited() -> Bench {
    let peers = vec![Peers { limits: LIMITS, ..Peers::default() }, Peers::default()];
    let bench = Bench::start_with(peers, Vec::new()).await;
    for session in [SESSION, session(1, 1)] {
        bench.responder.try_send(ParserToResponder::SessionStarted { session, peer: "test".to_owned() }).unwrap();
        bench.negotiate(session).await;
        bench.written(session, 1, GREETING.len() + NEGOTIATED.len()).await;
    }
    let mut bench = bench;
    assert_eq!(bench.told_frontend(0).await.len(), 1);
    bench.told_frontend(1).await;
    bench
}

#[actix::test]
async fn no_more_writes_are_under_way_than_the_window_and_the_rest_goes_out_together() {
    let mut bench = limited().await;
    for _ in 0..WRITE_WINDOW {
        bench.answer(SESSION, 1);
        assert_eq!(bench.told_frontend(0).await.len(), 1);
    }
    for number in 0..3 {
        bench.answer(SESSION, number);
        assert_eq!(bench.told_frontend(0).await, []);
    }
    bench.written(SESSION, 1, 5).await;
    let rest = "{\"return\": 0}\r\n{\"return\": 1}\r\n{\"return\": 2}\r\n".to_owned();
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(1, rest)]);
    bench.answer(SESSION, 1);
    assert_eq!(bench.told_frontend(0).await, [], "one place was given back, no more");
}

#[actix::test]
async fn queue_is_told_above_the_limit_and_again_when_half_has_drained() {
    let mut bench = limited().await;
    bench.answer(SESSION, filler(1000));
    assert_eq!(bench.told_queue(0).await, []);
    bench.answer(SESSION, filler(100));
    assert_eq!(bench.told_queue(0).await, [BACKLOGGED]);
    bench.answer(SESSION, filler(100));
    assert_eq!(bench.told_queue(0).await, [], "told once");
    bench.written(SESSION, 0, 699).await;
    assert_eq!(bench.told_queue(0).await, [], "501 bytes wait");
    bench.written(SESSION, 0, 1).await;
    assert_eq!(bench.told_queue(0).await, [DRAINED]);
    bench.written(SESSION, 3, 500).await;
    assert_eq!(bench.told_queue(0).await, []);
    bench.answer(SESSION, filler(1001));
    assert_eq!(bench.told_queue(0).await, [BACKLOGGED], "and all over again");
}

#[actix::test]
async fn session_above_the_second_limit_is_aborted_and_forgotten() {
    let mut bench = limited().await;
    bench.answer(SESSION, filler(3000));
    assert_eq!(
        bench.told_frontend(0).await,
        [ToFrontend::Write(1, format!("{{\"return\": \"{}\"}}\r\n", filler(3000)))]
    );
    bench.answer(SESSION, filler(20));
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Abort(1)]);
    bench.answer(SESSION, 1);
    bench.emit("STOP", None);
    bench.written(SESSION, 1, 3000).await;
    assert_eq!(bench.told_frontend(0).await, []);
    assert_eq!(bench.told_queue(0).await, [BACKLOGGED], "a drained session that is over resumes nothing");
}

#[actix::test]
async fn events_count_as_output_too() {
    let mut bench = limited().await;
    let data = json!("x".repeat(500));
    bench.emit("BIG", Some(data.clone()));
    bench.emit("BIG", Some(data.clone()));
    assert_eq!(bench.told_queue(0).await, [BACKLOGGED]);
    (0..10).for_each(|_| bench.emit("BIG", Some(data.clone())));
    assert_eq!(bench.told_frontend(0).await.last(), Some(&ToFrontend::Abort(1)));
    assert_eq!(bench.told_queue(1).await, [], "the neighbour's limits are its own");
    assert_eq!(bench.output(1).await.lines().count(), 12, "and it gets all of them");
}

/// Emits three changes of each of two devices, in turn.
fn change_two_devices(bench: &Bench) {
    for number in 1..=3 {
        for device in ["a", "b"] {
            bench.emit("VSERPORT_CHANGE", Some(json!({"id": device, "open": number})));
        }
    }
}

/// The changes in a monitor's output, sorted: device and number.
async fn changes(bench: &mut Bench, monitor: usize) -> Vec<(String, i64)> {
    let mut changes = Vec::new();
    for line in bench.output(monitor).await.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["event"], "VSERPORT_CHANGE", "{event}");
        changes.push((event["data"]["id"].as_str().unwrap().to_owned(), event["data"]["open"].as_i64().unwrap()));
    }
    changes.sort();
    changes
}

/// This change of both devices.
fn of_both(number: i64) -> [(String, i64); 2] {
    ["a", "b"].map(|device| (device.to_owned(), number))
}

/// Monitor 0 takes no more: its window of writes is used up, and its output is above the first limit. Says how many
/// writes and bytes are under way.
async fn stall(bench: &mut Bench) -> (usize, usize) {
    bench.answer(SESSION, filler(1001));
    let (mut writes, mut bytes) = (0, 0);
    loop {
        match bench.output(0).await.len() {
            0 => break,
            length => (writes, bytes) = (writes + 1, bytes + length),
        }
        bench.answer(SESSION, 1);
    }
    assert_eq!(bench.told_queue(0).await, [BACKLOGGED]);
    (writes, bytes)
}

/// What the healthy monitor 1 gets, at once and after the period, whatever happens to monitor 0 in the midst of it.
async fn healthy_gets_first_and_last_of_each_device(bench: &mut Bench, meanwhile: impl AsyncFnOnce(&mut Bench)) {
    let period = Duration::from_secs(1);
    change_two_devices(bench);
    assert_eq!(changes(bench, 1).await, of_both(1), "the first of each device, and at once");
    tokio::time::sleep(period / 2).await;
    meanwhile(bench).await;
    assert_eq!(changes(bench, 1).await, [], "before the period is over");
    tokio::time::sleep(period / 2).await;
    assert_eq!(changes(bench, 1).await, of_both(3), "the last of each device");
    tokio::time::sleep(period * 3).await;
    assert_eq!(changes(bench, 1).await, [], "nothing is repeated");
}

#[actix::test]
async fn devices_are_throttled_apart_beside_a_stalled_monitor_which_gets_all_that_is_due_when_it_has_drained() {
    let mut bench = limited().await;
    let (writes, bytes) = stall(&mut bench).await;
    for _ in 0..2 {
        healthy_gets_first_and_last_of_each_device(&mut bench, async |_| ()).await;
        assert_eq!(bench.told_frontend(0).await, []);
    }
    bench.written(SESSION, writes, bytes).await;
    let waited = bench.output(0).await;
    bench.written(SESSION, 1, waited.len()).await;
    assert_eq!(bench.told_queue(0).await, [DRAINED]);
    let numbers: Vec<_> = waited.lines().filter_map(|line| line.split_once("\"open\": ")).map(|(_, end)| end).collect();
    assert_eq!(numbers, ["1}}", "1}}", "3}}", "3}}", "1}}", "1}}", "3}}", "3}}"], "{waited}");
}

#[actix::test]
async fn monitor_that_is_aborted_within_a_period_changes_nothing_of_what_a_healthy_one_gets() {
    let mut bench = limited().await;
    stall(&mut bench).await;
    healthy_gets_first_and_last_of_each_device(&mut bench, async |bench| {
        bench.answer(SESSION, filler(3000));
        bench.answer(SESSION, 1);
        assert_eq!(bench.told_frontend(0).await, [ToFrontend::Abort(1)]);
    })
    .await;
    healthy_gets_first_and_last_of_each_device(&mut bench, async |_| ()).await;
    assert_eq!(bench.told_frontend(0).await, []);
}

#[actix::test]
async fn next_session_after_an_abort_has_a_fresh_account() {
    let mut bench = limited().await;
    bench.answer(SESSION, filler(4000));
    bench.answer(SESSION, filler(100));
    assert_eq!(bench.told_frontend(0).await.last(), Some(&ToFrontend::Abort(1)));
    bench.end(SESSION).await;
    bench.greet(session(0, 2)).await;
    bench.told_queue(0).await;
    bench.answer(session(0, 2), filler(500));
    assert_eq!(bench.told_queue(0).await, []);
    assert_eq!(bench.told_frontend(0).await.len(), 2);
}

#[actix::test]
async fn output_written_by_an_earlier_session_is_not_this_ones() {
    let mut bench = limited().await;
    bench.answer(SESSION, filler(900));
    bench.end(SESSION).await;
    bench.greet(session(0, 2)).await;
    bench.written(SESSION, 1, 900).await;
    bench.answer(session(0, 2), filler(1001));
    let session = session(0, 2);
    assert_eq!(bench.told_queue(0).await, [ResponderToQueue::OutputBacklogged { session }]);
}

#[actix::test]
async fn full_mailboxes_of_all_peers_lose_nothing_and_need_no_further_message() {
    let peers = Peers { frontend: Probe::stalled(1), queue: Probe::stalled(1), ..Peers::default() };
    let mut bench = Bench::start_with(vec![peers, Peers::default()], Vec::new()).await;
    bench.greet(session(0, 1)).await;
    bench.negotiate(session(0, 1)).await;
    bench.greet(session(1, 1)).await;
    for sequence in 1..=20 {
        bench.command_finished(session(0, 1), sequence, Outcome::Return(Box::new(sequence)));
        tokio::task::yield_now().await;
    }
    // Not by the paused clock, which stands still as long as the responder tries again.
    let greeting = told_frontend(bench.monitors[1].frontend.next().await);
    assert_eq!(greeting, ToFrontend::Write(1, GREETING.to_owned()), "a healthy monitor does not notice");

    bench.monitors[0].frontend.release();
    bench.monitors[0].queue.release();
    let answers: String = (1..=20).map(|number| format!("{{\"return\": {number}, \"id\": {number}}}\r\n")).collect();
    assert_eq!(bench.output(0).await, format!("{GREETING}{NEGOTIATED}{answers}"));
    let answered = bench.told_queue(0).await.into_iter().map(|told| {
        let ResponderToQueue::RequestsAnswered { session: of, count } = told else { panic!("{told:?}") };
        assert_eq!(of, session(0, 1));
        count
    });
    assert_eq!(answered.sum::<usize>(), 20);
}

#[actix::test]
async fn monitor_whose_actors_are_gone_does_not_disturb_its_neighbour() {
    let gone = Peers { frontend: Probe::gone(), queue: Probe::gone(), ..Peers::default() };
    let mut bench = Bench::negotiated_with(vec![gone, Peers::default()], Vec::new()).await;
    bench.command_finished(session(0, 1), 1, Outcome::Return(Box::new(1)));
    bench.answer(session(1, 1), 2);
    assert_eq!(bench.output(1).await, "{\"return\": 2}\r\n");
}
