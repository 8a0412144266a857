//! Out-of-band commands: run here, answered here, whatever becomes of them.

use std::sync::OnceLock;

use actix::Recipient;
use tracing::Level;

use super::*;

#[actix::test]
async fn oob_command_runs_in_the_parser_and_never_reaches_the_queue() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"exec-oob": "quick", "arguments": {"number": 5}, "id": 1}"#).await;
    bench.input(1, r#"{"execute": "quick", "control": {"run-oob": true}, "arguments": {"number": 6}, "id": 2}"#).await;
    assert_eq!(bench.ran().await, [5_u64, 6]);
    assert_eq!(bench.told_responder().await, ["finished 1 id 1: 5", "finished 1 id 2: 6"]);
    assert_eq!(bench.told_queue().await, [""; 0]);
}

#[actix::test]
async fn command_that_may_run_oob_runs_in_band_without_the_mark() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "quick", "control": {"run-oob": false}, "id": 1}"#).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: quick"]);
    bench.resume(1, 1).await;
    bench.input(1, r#"{"execute": "quick", "id": 2}"#).await;
    assert_eq!(bench.told_queue().await, ["1.2 id 2: quick"]);
    assert_eq!(bench.ran().await, [0_u64; 0]);
}

#[actix::test]
async fn oob_needs_no_verdict_of_the_queue() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    let command =
        |number: u32| format!(r#"{{"exec-oob": "quick", "arguments": {{"number": {number}}}, "id": {number}}}"#);
    bench.input(1, (0..10).map(command).collect::<String>()).await;
    assert_eq!(bench.ran().await, [0_u64, 1, 2, 3, 4, 5, 6, 7, 8, 9], "all of one chunk, in order");
}

#[actix::test]
async fn oob_behind_a_request_runs_as_soon_as_that_is_judged() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}{"exec-oob": "quick", "id": 2}"#).await;
    assert_eq!(bench.ran().await, [0_u64; 0]);
    bench.resume(1, 1).await;
    assert_eq!(bench.told_responder().await, ["finished 1 id 2: 0"]);
}

#[actix::test]
async fn hold_that_is_released_after_an_oob_command_lets_the_parser_go_on() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}"#).await;
    bench.resume(1, 1).await;
    bench.input(1, r#"{"exec-oob": "quick", "id": 2}"#).await;
    bench.suspend(1).await;
    bench.input(1, r#"{"execute": "plain", "id": 3}"#).await;
    bench.forget_what_was_said().await;
    // The queue knows nothing of out-of-band commands: the last request that it has judged is the first.
    bench.resume(1, 1).await;
    assert_eq!(bench.told_queue().await, ["1.3 id 3: plain"]);
}

#[actix::test]
async fn errors_of_oob_are_answered_here_at_once() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    let cases = [
        (r#""exec-oob": "nonsense""#, "CommandNotFound: The command nonsense has not been found"),
        (r#""exec-oob": "plain""#, "GenericError: The command plain does not support OOB"),
        (r#""execute": "plain", "control": {"run-oob": true}"#, "GenericError: The command plain does not support OOB"),
        (r#""exec-oob": "quick", "arguments": {"x": 1}"#, "GenericError: Parameter 'x' is unexpected"),
        (r#""exec-oob": "quick", "arguments": {"number": "5"}"#, "GenericError: Parameter 'number' expects uint64"),
        (r#""exec-oob": "quick", "arguments": {"number": 13}"#, "GenericError: 13 brings bad luck"),
        (
            r#""exec-oob": "quick", "arguments": {"number": 666}"#,
            "GenericError: Internal error: the handler of command 'quick' panicked",
        ),
    ];
    for (request, error) in cases {
        bench.input(1, format!(r#"{{{request}, "id": 1}}"#)).await;
        let answers = bench.told_responder().await;
        assert!(matches!(answers.as_slice(), [one] if one.ends_with(&format!(" 1 id 1: {error}"))), "{answers:?}");
    }
    assert_eq!(bench.ran().await, [13_u64, 666], "no handler sees arguments that are wrong");
    assert_eq!(bench.told_queue().await, [""; 0]);
    bench.input(1, r#"{"exec-oob": "quick", "id": "and the next"}"#).await;
    assert_eq!(bench.told_responder().await, [r#"finished 1 id "and the next": 0"#]);
}

#[actix::test]
async fn oob_without_an_id_is_refused_in_drop_mode_and_does_not_run() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"exec-oob": "quick"}"#).await;
    let error = "Out-Of-Band capability requires that every command contains an 'id' field";
    assert_eq!(bench.told_responder().await, [format!("refused 1 id none: GenericError: {error}")]);
    assert_eq!(bench.ran().await, [0_u64; 0]);
}

#[actix::test]
async fn oob_without_an_id_runs_where_nothing_is_ever_dropped() {
    let options = Options { queue_full: QueueFull::Suspend, ..Options::default() };
    let mut bench = Bench::negotiated_with(Oob::Enabled, options).await;
    bench.input(1, r#"{"exec-oob": "quick"}"#).await;
    assert_eq!(bench.told_responder().await, ["finished 1 id none: 0"]);
}

#[actix::test]
async fn oob_that_was_not_negotiated_is_an_error_in_its_place() {
    let mut bench = Bench::negotiated(Oob::Disabled).await;
    bench.input(1, r#"{"exec-oob": "quick", "id": 1}"#).await;
    assert_eq!(bench.told_queue().await, ["1.1 id 1: error QMP input member 'exec-oob' is unexpected"]);
    bench.resume(1, 1).await;
    bench.input(1, r#"{"execute": "quick", "control": {"run-oob": true}, "id": 2}"#).await;
    let said = bench.told_queue().await;
    assert!(said[0].starts_with("1.2 id 2: error Please enable Out-Of-Band first"), "{said:?}");
    assert_eq!(bench.ran().await, [0_u64; 0]);
}

#[actix::test]
async fn answer_is_made_one_per_turn_so_that_the_input_can_be_held_behind_it() {
    // Each run does what the responder may do on seeing the answer: it has the input held.
    let parser: Arc<OnceLock<Recipient<QueueToParser>>> = Arc::default();
    let known = Arc::clone(&parser);
    let run = move |_arguments| {
        known.get().unwrap().try_send(QueueToParser::SuspendInput { session: session(1) }).unwrap();
        Outcome::Return(Box::new(0))
    };
    let (frontend, queue, responder) = (Probe::start(), Probe::start(), Probe::start());
    let mut bench = Bench::start_with(Options::default(), Some(Box::new(run)), frontend, queue, responder);
    assert!(parser.set(bench.parser.clone().recipient()).is_ok());
    bench.open(1).await;
    bench.forget_what_was_said().await;
    bench.negotiate(1, Oob::Enabled).await;

    bench.input(1, r#"{"exec-oob": "quick", "id": 1}{"exec-oob": "quick", "id": 2}"#).await;
    assert_eq!(bench.told_responder().await, ["finished 1 id 1: 0"]);
    bench.resume(1, 0).await;
    assert_eq!(bench.told_responder().await, ["finished 1 id 2: 0"]);
}

/// Collects the log of the test's thread.
#[derive(Clone)]
struct Log(mpsc::Sender<String>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.send(String::from_utf8_lossy(text).into_owned()).unwrap();
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn warnings_of_one_oob_command(oob_budget: Duration) -> String {
    let run = |_arguments| {
        let begin = Instant::now();
        while begin.elapsed().is_zero() {}
        Outcome::Return(Box::new(0))
    };
    let options = Options { oob_budget, ..Options::default() };
    let mut bench = Bench::start_with(options, Some(Box::new(run)), Probe::start(), Probe::start(), Probe::start());
    bench.open(1).await;
    bench.forget_what_was_said().await;
    bench.negotiate(1, Oob::Enabled).await;

    let (write, log) = mpsc::channel();
    let written = Log(write);
    let make_writer = move || written.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::WARN).with_ansi(false).with_writer(make_writer);
    let guard = tracing::subscriber::set_default(subscriber.finish());
    bench.input(1, r#"{"exec-oob": "quick", "id": 1}"#).await;
    assert_eq!(bench.told_responder().await, ["finished 1 id 1: 0"]);
    drop(guard);
    log.try_iter().collect()
}

#[actix::test]
async fn slow_oob_handler_is_warned_of_once_with_its_name_and_time() {
    let log = warnings_of_one_oob_command(Duration::ZERO).await;
    assert_eq!(log.lines().count(), 1, "{log}");
    for part in ["WARN", "oob_handler_too_slow", "command=\"quick\"", "running_us=", "budget_us=0"] {
        assert!(log.contains(part), "{part} in {log}");
    }
}

#[actix::test]
async fn oob_handler_within_its_budget_is_not_warned_of() {
    assert_eq!(warnings_of_one_oob_command(Duration::from_secs(3600)).await, "");
}
