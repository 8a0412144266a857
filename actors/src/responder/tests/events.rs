//! Events: to whom, in which place, and how often.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::messages::Hostile;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn after(time: Duration) {
    tokio::time::sleep(time).await;
}

fn with_data(name: &str, data: &Value) -> String {
    event_text(name, &format!(", \"data\": {}", data.to_string().replace(':', ": ")))
}

#[actix::test]
async fn event_goes_to_every_session_in_command_mode_and_to_no_other() {
    let peers = || vec![Peers::default(), Peers::default(), Peers::default()];
    let mut bench = Bench::start_with(peers(), Vec::new()).await;
    for number in 0..2 {
        bench.greet(session(number, 1)).await;
        bench.negotiate(session(number, 1)).await;
    }
    bench.greet(session(2, 1)).await;
    for monitor in 0..3 {
        bench.told_frontend(monitor).await;
    }
    bench.emit("STOP", None);
    let stop = [ToFrontend::Write(1, event_text("STOP", ""))];
    assert_eq!(bench.told_frontend(0).await, stop);
    assert_eq!(bench.told_frontend(1).await, stop);
    assert_eq!(bench.told_frontend(2).await, [], "still negotiating");
    bench.negotiate(session(2, 1)).await;
    assert_eq!(bench.output(2).await, NEGOTIATED, "and it is not made up for");
}

#[actix::test]
async fn event_that_was_emitted_before_the_reply_stands_before_it() {
    let mut bench = Bench::negotiated().await;
    bench.emit("STOP", None);
    bench.command_finished(session(0, 1), 1, Outcome::Return(Box::new(json!({}))));
    bench.emit("RESUME", None);
    bench.answer(session(0, 1), 2);
    let expected = [
        event_text("STOP", ""),
        "{\"return\": {}, \"id\": 1}\r\n".to_owned(),
        event_text("RESUME", ""),
        "{\"return\": 2}\r\n".to_owned(),
    ];
    assert_eq!(bench.output(0).await, expected.concat());
}

#[actix::test]
async fn event_without_a_rule_is_never_throttled() {
    let mut bench = Bench::negotiated().await;
    (0..100).for_each(|_| bench.emit("STOP", None));
    assert_eq!(bench.output(0).await, event_text("STOP", "").repeat(100));
}

#[actix::test]
async fn throttled_event_goes_at_once_and_the_last_of_the_others_after_a_second() {
    let mut bench = Bench::negotiated().await;
    let begin = Instant::now();
    for number in 0..10 {
        bench.emit("RTC_CHANGE", Some(json!({"offset": number})));
    }
    assert_eq!(bench.output(0).await, with_data("RTC_CHANGE", &json!({"offset": 0})));
    after(Duration::from_millis(990)).await;
    assert_eq!(bench.output(0).await, "");
    let late = bench.monitors[0].frontend.next().await;
    assert_eq!(told_frontend(late), ToFrontend::Write(1, with_data("RTC_CHANGE", &json!({"offset": 9}))));
    assert!((SECOND..SECOND + Duration::from_millis(2)).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    after(10 * SECOND).await;
    assert_eq!(bench.output(0).await, "", "nothing is repeated");
    bench.emit("RTC_CHANGE", Some(json!({"offset": 10})));
    assert_eq!(bench.output(0).await, with_data("RTC_CHANGE", &json!({"offset": 10})), "after a quiet time at once");
}

#[actix::test]
async fn a_clock_that_jumps_a_year_either_way_changes_stamps_and_nothing_else() {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let mut bench = Bench::negotiated().await;
    let stamped = |number: u64, at: SystemTime| EmitterToResponder {
        name: "RTC_CHANGE",
        data: Some(Arc::new(json!({"offset": number})) as EventData),
        at,
        credit: Arc::new(()),
    };
    let before_the_epoch = UNIX_EPOCH - YEAR;
    for (number, at) in [(0, emitted_at()), (1, emitted_at() + YEAR), (2, before_the_epoch)] {
        bench.responder.try_send(stamped(number, at)).unwrap();
        bench.responder.try_send(stamped(number + 10, at)).unwrap();
        let first = bench.output(0).await;
        assert!(first.contains(&format!("\"offset\": {number}}}")), "at once: {first}");
        after(SECOND + Duration::from_millis(2)).await;
        let second = bench.output(0).await;
        assert!(second.contains(&format!("\"offset\": {}}}", number + 10)), "after a second of the machine: {second}");
        after(SECOND + Duration::from_millis(2)).await;
    }
}

#[actix::test]
async fn steady_stream_of_a_throttled_event_comes_out_once_a_second() {
    let mut bench = Bench::negotiated().await;
    for _ in 0..50 {
        bench.emit("WATCHDOG", Some(json!({})));
        after(Duration::from_millis(100)).await;
    }
    let events = bench.output(0).await.lines().count();
    assert!((5..=6).contains(&events), "{events} in five seconds");
}

#[actix::test]
async fn events_of_other_keys_and_names_are_throttled_apart() {
    let mut bench = Bench::negotiated().await;
    let change = |id: &str, open: bool| json!({"id": id, "open": open});
    for (id, open) in [("a", true), ("b", true), ("a", false), ("b", false)] {
        bench.emit("VSERPORT_CHANGE", Some(change(id, open)));
    }
    bench.emit("RTC_CHANGE", None);
    let first = [with_data("VSERPORT_CHANGE", &change("a", true)), with_data("VSERPORT_CHANGE", &change("b", true))];
    let expected = format!("{}{}", first.concat(), event_text("RTC_CHANGE", "")).replace(",\"open\"", ", \"open\"");
    assert_eq!(bench.output(0).await, expected);
    after(SECOND).await;
    let late = bench.output(0).await;
    assert_eq!(late.lines().count(), 2, "the last one of each device: {late}");
    assert!(late.contains("\"id\": \"a\"") && late.contains("\"id\": \"b\"") && !late.contains("true"), "{late}");
}

#[actix::test]
async fn rule_of_the_embedder_has_its_own_period_and_replaces_the_protocols() {
    let period = 10 * SECOND;
    let rules = vec![
        ThrottleRule { event: "MINE", key: None, period },
        ThrottleRule { event: "RTC_CHANGE", key: None, period },
    ];
    let mut bench = Bench::negotiated_with(vec![Peers::default()], rules).await;
    for name in ["MINE", "RTC_CHANGE"] {
        bench.emit(name, None);
        bench.emit(name, None);
    }
    assert_eq!(bench.output(0).await.lines().count(), 2);
    after(9 * SECOND).await;
    assert_eq!(bench.output(0).await, "");
    after(SECOND).await;
    assert_eq!(bench.output(0).await.lines().count(), 2);
}

#[actix::test]
async fn kept_event_reaches_those_who_are_there_when_its_period_ends() {
    let mut bench = Bench::negotiated().await;
    bench.emit("RTC_CHANGE", None);
    bench.emit("RTC_CHANGE", Some(json!(1)));
    bench.told_frontend(0).await;
    bench.end(session(0, 1)).await;
    bench.greet(session(0, 2)).await;
    bench.negotiate(session(0, 2)).await;
    assert_eq!(bench.output(0).await, format!("{GREETING}{NEGOTIATED}"));
    after(SECOND).await;
    assert_eq!(bench.told_frontend(0).await, [ToFrontend::Write(2, with_data("RTC_CHANGE", &json!(1)))]);
}

#[actix::test]
async fn credit_of_an_event_comes_back_when_it_has_been_delivered_or_replaced() {
    let bench = Bench::negotiated().await;
    let credit: Arc<()> = Arc::default();
    for _ in 0..5 {
        let credit = Arc::clone(&credit) as Arc<dyn Send + Sync>;
        let event = EmitterToResponder { name: "RTC_CHANGE", data: None, at: emitted_at(), credit };
        bench.responder.send(event).await.unwrap();
    }
    assert_eq!(Arc::strong_count(&credit), 2, "one is kept");
    after(2 * SECOND).await;
    assert_eq!(Arc::strong_count(&credit), 1);
}

/// A credit whose return lets the next event be emitted at once.
struct Restless {
    responder: Addr<Responder>,
    name: &'static str,
    left: Arc<AtomicUsize>,
}

impl Restless {
    /// Begins a flood of so many events; says how many are still to come.
    fn begin(bench: &Bench, name: &'static str, events: usize) -> Arc<AtomicUsize> {
        let left = Arc::new(AtomicUsize::new(events));
        Self { responder: bench.responder.clone(), name, left: Arc::clone(&left) }.emit();
        left
    }

    fn emit(self) {
        let (responder, name) = (self.responder.clone(), self.name);
        let event = EmitterToResponder { name, data: None, at: emitted_at(), credit: Arc::new(self) };
        // Refused once the test is over.
        let _ = responder.try_send(event);
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        let one_less = |left: usize| left.checked_sub(1);
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
            Self { responder: self.responder.clone(), name: self.name, left: Arc::clone(&self.left) }.emit();
        }
    }
}

#[actix::test]
async fn emitter_that_never_rests_does_not_keep_output_back() {
    for name in ["STOP", "RTC_CHANGE"] {
        let mut bench = Bench::negotiated().await;
        Restless::begin(&bench, name, 100);
        let first = bench.monitors[0].frontend.next().await;
        assert_eq!(told_frontend(first), ToFrontend::Write(1, event_text(name, "")), "and no second event");
        bench.answer(session(0, 1), 2);
        let second = bench.monitors[0].frontend.next().await;
        let expected = if name == "STOP" { event_text(name, "") } else { "{\"return\": 2}\r\n".to_owned() };
        assert_eq!(told_frontend(second), ToFrontend::Write(1, expected));
        tokio::time::resume();
    }
}

/// What was written since the last time, all of it taken by the client.
fn taken_by_the_client(bench: &mut Bench) -> String {
    let mut taken = String::new();
    while let Some(ToFrontend::Write(1, text)) = bench.monitors[0].frontend.try_next().map(told_frontend) {
        let (session, writes, bytes) = (session(0, 1), 1, text.len());
        bench.responder.try_send(FrontendToResponder::OutputWritten { session, writes, bytes }).unwrap();
        taken += &text;
    }
    taken
}

#[actix::test]
async fn mailbox_that_never_gets_empty_does_not_keep_a_throttled_event_beyond_its_period() {
    const FLOOD: usize = 20_000;
    let mut bench = Bench::negotiated().await;
    for number in 0..5 {
        bench.emit("RTC_CHANGE", Some(json!({"offset": number})));
    }
    let left = Restless::begin(&bench, "STOP", FLOOD);
    let last = with_data("RTC_CHANGE", &json!({"offset": 4}));
    let mut output = String::new();
    while !output.contains(&last) {
        let left = left.load(Ordering::Relaxed);
        assert!(left > 0, "the flood was over before the event that was kept came");
        // The clock goes on by itself only when nobody has anything to do.
        tokio::time::advance(SECOND).await;
        output += &taken_by_the_client(&mut bench);
    }
    assert!(output.matches("STOP").count() > 1, "there was no flood");
    assert_eq!(output.matches("RTC_CHANGE").count(), 2, "the first and the last");
    left.store(0, Ordering::Relaxed);
}

#[actix::test]
async fn event_whose_data_fails_to_serialise_is_left_out_and_the_next_is_whole() {
    let mut bench = Bench::negotiated().await;
    bench.emit("STOP", None);
    for (name, hostile) in [("BAD", Hostile::Fails), ("BAD", Hostile::Panics)] {
        bench.emit_data(name, Some(Arc::new(hostile)));
    }
    bench.emit("RESUME", None);
    assert_eq!(bench.output(0).await, format!("{}{}", event_text("STOP", ""), event_text("RESUME", "")));
}

#[actix::test]
async fn throttled_event_whose_data_fails_to_serialise_harms_nobody() {
    for hostile in [|| Hostile::Fails, || Hostile::Panics] {
        let mut bench = Bench::negotiated().await;
        bench.emit_data("VSERPORT_CHANGE", Some(Arc::new(hostile())));
        bench.emit("STOP", None);
        assert_eq!(bench.output(0).await, event_text("STOP", ""));
        tokio::time::resume();
    }
}

#[actix::test]
async fn event_that_cannot_be_serialised_alone_is_no_write() {
    let mut bench = Bench::negotiated().await;
    bench.emit_data("BAD", Some(Arc::new(Hostile::Fails)));
    assert_eq!(bench.told_frontend(0).await, []);
}
