//! From the greeting to command mode.

use super::*;

const FIRST: &str = "CommandNotFound: Expecting capabilities negotiation with 'qmp_capabilities'";

#[actix::test]
async fn new_session_is_announced_to_queue_and_responder() {
    let mut bench = Bench::start(Options::default());
    bench.open(1).await;
    assert_eq!(bench.told_queue().await, ["started 1"]);
    assert_eq!(bench.told_responder().await, ["started 1 by test"]);
}

#[actix::test]
async fn greeting_comes_before_the_answer_to_a_negotiation_that_was_in_flight() {
    let mut bench = Bench::start(Options::default());
    bench.open(1).await;
    bench.input(1, r#"{"execute": "qmp_capabilities", "id": 1}"#).await;
    assert_eq!(bench.told_queue().await, ["started 1", "negotiated 1 Disabled"]);
    assert_eq!(bench.told_responder().await, ["started 1 by test", "negotiated 1 id 1"]);
}

#[actix::test]
async fn everything_but_negotiation_is_refused_and_reaches_no_queue() {
    let mut bench = Bench::opened(Options::default()).await;
    for command in ["plain", "quick", "nonsense"] {
        bench.input(1, format!(r#"{{"execute": "{command}", "id": "x"}}"#)).await;
        assert_eq!(bench.told_responder().await, [format!(r#"refused 1 id "x": {FIRST}"#)], "{command}");
    }
    assert_eq!(bench.told_queue().await, [""; 0]);
    assert_eq!(bench.ran().await, [0_u64; 0]);
    bench.negotiate(1, Oob::Enabled).await;
}

#[actix::test]
async fn neither_marking_is_understood_before_negotiation() {
    let mut bench = Bench::opened(Options::default()).await;
    bench.input(1, r#"{"exec-oob": "quick", "id": 1}"#).await;
    bench.input(1, r#"{"execute": "quick", "control": {"run-oob": true}, "id": 2}"#).await;
    let refused = bench.told_responder().await;
    assert_eq!(refused[0], "refused 1 id 1: GenericError: QMP input member 'exec-oob' is unexpected");
    assert!(refused[1].starts_with("refused 1 id 2: GenericError: Please enable Out-Of-Band first"), "{refused:?}");
    assert_eq!(bench.ran().await, [0_u64; 0]);
}

#[actix::test]
async fn malformed_input_is_answered_and_changes_nothing() {
    let mut bench = Bench::opened(Options::default()).await;
    for malformed in ["[]", "{\"execute\": 5}", "5\n", "nonsense\n"] {
        bench.input(1, malformed).await;
        let refused = bench.told_responder().await;
        assert!(
            matches!(refused.as_slice(), [one] if one.starts_with("refused 1 id none: GenericError: ")),
            "{malformed:?}: {refused:?}"
        );
    }
    assert_eq!(bench.told_queue().await, [""; 0]);
    bench.negotiate(1, Oob::Enabled).await;
}

#[actix::test]
async fn negotiation_that_fails_enables_nothing_and_may_be_repeated() {
    let mut bench = Bench::opened(Options::default()).await;
    let cases = [
        (r#"{"enable": ["oob", "nonsense"]}"#, "Parameter 'enable[1]' does not accept value 'nonsense'"),
        (r#"{"enable": "oob"}"#, "Invalid parameter type for 'enable', expected: array"),
        (r#"{"enable": ["oob", 5]}"#, "Invalid parameter type for 'enable[1]', expected: string"),
        (r#"{"enable": ["oob"], "disable": []}"#, "Parameter 'disable' is unexpected"),
    ];
    for (arguments, error) in cases {
        bench.input(1, format!(r#"{{"execute": "qmp_capabilities", "arguments": {arguments}, "id": 1}}"#)).await;
        assert_eq!(bench.told_responder().await, [format!("refused 1 id 1: GenericError: {error}")]);
        bench.input(1, r#"{"execute": "plain", "id": 2}"#).await;
        assert_eq!(bench.told_responder().await, [format!("refused 1 id 2: {FIRST}")], "still negotiating");
    }
    assert_eq!(bench.told_queue().await, [""; 0]);
    bench.negotiate(1, Oob::Disabled).await;
    bench.input(1, r#"{"exec-oob": "quick", "id": 3}"#).await;
    assert_eq!(bench.ran().await, [0_u64; 0], "what a failed negotiation named was not enabled");
}

#[actix::test]
async fn oob_can_only_be_enabled_where_it_is_offered() {
    let options = Options { offered: Oob::Disabled, ..Options::default() };
    let mut bench = Bench::opened(options).await;
    bench.input(1, r#"{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}"#).await;
    assert_eq!(bench.told_responder().await, ["refused 1 id none: GenericError: Capability oob not available"]);
    assert_eq!(bench.told_queue().await, [""; 0]);
    bench.negotiate(1, Oob::Disabled).await;
}

#[actix::test]
async fn every_form_of_asking_for_nothing_is_understood() {
    for arguments in ["", r#", "arguments": {}"#, r#", "arguments": {"enable": []}"#] {
        let mut bench = Bench::opened(Options::default()).await;
        bench.input(1, format!(r#"{{"execute": "qmp_capabilities"{arguments}}}"#)).await;
        assert_eq!(bench.told_queue().await, ["negotiated 1 Disabled"]);
        tokio::time::resume();
    }
}

#[actix::test]
async fn negotiation_happens_once_and_a_second_one_is_answered_in_its_place() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "qmp_capabilities", "id": 7}"#).await;
    let error = "Capabilities negotiation is already complete, command ignored";
    assert_eq!(bench.told_queue().await, [format!("1.1 id 7: error {error}")]);
    assert_eq!(bench.told_responder().await, [""; 0]);
}

#[actix::test]
async fn new_session_negotiates_anew_whatever_the_one_before_had() {
    let mut bench = Bench::negotiated(Oob::Enabled).await;
    bench.input(1, r#"{"execute": "plain", "id": 1}{"unfinished"#).await;
    bench.close(1).await;
    bench.open(2).await;
    bench.forget_what_was_said().await;

    bench.input(2, r#"{"exec-oob": "quick", "id": 1}"#).await;
    bench.input(2, r#"{"execute": "plain", "id": 2}"#).await;
    let refused = bench.told_responder().await;
    assert_eq!(refused[0], "refused 2 id 1: GenericError: QMP input member 'exec-oob' is unexpected");
    assert_eq!(refused[1], format!("refused 2 id 2: {FIRST}"));
    bench.negotiate(2, Oob::Enabled).await;
    bench.input(2, r#"{"execute": "plain", "id": 3}"#).await;
    assert_eq!(bench.told_queue().await, ["2.1 id 3: plain"], "its requests count from 1");
}
