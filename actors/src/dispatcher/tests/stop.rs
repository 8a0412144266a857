//! The end: what runs is answered, what waits is not executed.

use super::*;

async fn turn() {
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
}

#[actix::test]
async fn stop_of_an_idle_dispatcher_resolves_at_once() {
    let bench = Bench::start(vec![at_once()]).await;
    bench.dispatcher.send(StopDispatching).await.unwrap();
    assert!(bench.trigger.is_triggered());
}

#[actix::test]
async fn stop_waits_for_the_command_that_runs_and_nothing_else_begins() {
    let (handler, gate) = gated();
    let (other, ran) = recorded();
    let mut bench = Bench::start(vec![handler, other]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    turn().await;
    let stopped = [
        actix_rt::spawn(bench.dispatcher.send(StopDispatching)),
        actix_rt::spawn(bench.dispatcher.send(StopDispatching)),
    ];
    turn().await;
    assert!(!stopped.iter().any(tokio::task::JoinHandle::is_finished), "1 still runs");
    gate.open_for(1);
    turn().await;
    assert!(stopped.iter().all(tokio::task::JoinHandle::is_finished), "everyone who asked is told");
    assert!(!bench.dispatcher.connected(), "it has ended, and its handlers with it");
    assert_eq!(bench.finished(0).await, ["1: 1"]);
    assert_eq!(ran.try_iter().count(), 0);
}

#[actix::test]
async fn stop_is_not_told_before_the_last_result_is_on_its_way() {
    let (handler, gate) = gated();
    let peers = Peers { queue: Probe::start(), responder: Probe::stalled(1) };
    let mut bench = Bench::start_with(vec![at_once(), handler], vec![peers]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    turn().await;
    let stopped = actix_rt::spawn(bench.dispatcher.send(StopDispatching));
    gate.open_for(1);
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(!stopped.is_finished(), "the responder's mailbox is full");
    bench.monitors[0].responder.release();
    stopped.await.unwrap().unwrap();
    assert_eq!(bench.finished(0).await, ["1: 1", "2: 2"]);
}

#[actix::test]
async fn handler_that_asks_for_the_end_is_answered_and_nothing_behind_it_is_executed() {
    let (other, ran) = recorded();
    let trigger: std::rc::Rc<std::cell::OnceCell<ShutdownTrigger>> = std::rc::Rc::default();
    let asks = {
        let trigger = std::rc::Rc::clone(&trigger);
        InBand::closure(move |Job(key)| {
            trigger.get().unwrap().trigger();
            Ok(key.sequence.0)
        })
    };
    let mut bench = Bench::start(vec![asks, other]).await;
    assert!(trigger.set(bench.trigger.clone()).is_ok());
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    assert_eq!(bench.finished(0).await, ["1: 1"]);
    bench.request(key(0, 3), 1);
    assert_eq!(bench.finished(0).await, [""; 0]);
    assert_eq!(ran.try_iter().count(), 0);
    bench.dispatcher.send(StopDispatching).await.unwrap();
}

#[actix::test]
async fn trigger_from_anywhere_lets_the_command_that_runs_end_and_begins_no_other() {
    let (handler, gate) = gated();
    let (other, ran) = recorded();
    let mut bench = Bench::start(vec![handler, other]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    turn().await;
    bench.trigger.trigger();
    gate.open_for(1);
    assert_eq!(bench.finished(0).await, ["1: 1"]);
    assert_eq!(ran.try_iter().count(), 0);
}
