//! Which command runs, when, and who is told before.

use actix::dev::channel::channel;
use actix::{Arbiter, Context};

use super::*;

#[actix::test]
async fn command_is_taken_run_and_answered_with_its_id() {
    let mut bench = Bench::start(vec![at_once()]).await;
    let id = Some(RequestId::from_normalised("1.0".into()));
    bench.dispatcher.send(QueueToDispatcher::RequestReady(ready(key(0, 7), 0, id.clone()))).await.unwrap();
    assert_eq!(bench.taken(0).await, [7_u64]);
    let finished = bench.monitors[0].responder.settled().await;
    let [DispatcherToResponder::CommandFinished { request, id: returned, .. }] = finished.as_slice() else {
        panic!("{finished:?}");
    };
    assert_eq!((*request, returned), (key(0, 7), &id));
}

#[actix::test]
async fn a_dispatcher_that_has_had_no_turn_has_room_for_64_monitors_and_all_that_their_queues_may_say() {
    let (sender, _mailbox) = channel::<Dispatcher>(MAILBOX);
    let (dispatcher, peers) = (Addr::new(sender), Peers::default());
    for number in 0..64 {
        let (queue, responder) = (peers.queue.recipient(), peers.responder.recipient());
        let added = AddMonitorToDispatcher { monitor: MonitorId(number), queue, responder };
        dispatcher.try_send(added).expect("room for the monitor");
        // One sender, as the queue of a monitor is.
        let queue = dispatcher.clone();
        for sequence in 0..DISPATCH_WINDOW as u64 {
            let ready = QueueToDispatcher::RequestReady(ready(key(number, sequence), 0, None));
            queue.try_send(ready).expect("room for a request");
            let session = session(number, sequence);
            queue.try_send(QueueToDispatcher::DiscardSession { session }).expect("room for the end of its session");
        }
        queue.try_send(QueueToDispatcher::MonitorClosed { monitor: MonitorId(number) }).expect("room for the end");
    }
}

#[actix::test]
async fn one_command_runs_at_a_time_over_all_monitors() {
    let (handler, gate) = gated();
    let mut bench = Bench::start_with(vec![handler, at_once()], vec![Peers::default(), Peers::default()]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    bench.request(key(1, 1), 1);
    assert_eq!(bench.taken(0).await, [1_u64]);
    assert_eq!(bench.taken(1).await, [0_u64; 0], "another monitor waits, too");
    assert_eq!(bench.finished(0).await, [""; 0]);
    gate.open_for(1);
    assert_eq!(bench.finished(0).await, ["1: 1", "2: 2"]);
    assert_eq!(bench.finished(1).await, ["1: 1"]);
}

#[actix::test]
async fn monitors_take_turns_and_each_keeps_its_order() {
    let (handler, ran) = recorded();
    let bench = Bench::start_with(vec![handler], vec![Peers::default(), Peers::default(), Peers::default()]).await;
    let handed = [key(0, 1), key(0, 2), key(0, 3), key(1, 1), key(2, 1), key(2, 2)];
    handed.into_iter().for_each(|key| bench.request(key, 0));
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let order = [key(0, 1), key(1, 1), key(2, 1), key(0, 2), key(2, 2), key(0, 3)];
    assert_eq!(ran.try_iter().collect::<Vec<_>>(), order);
}

#[actix::test]
async fn next_command_waits_for_the_next_turn_and_others_of_the_main_arbiter_come_in_between() {
    let (tell, told) = mpsc::channel();
    let handler = {
        let tell = tell.clone();
        InBand::closure(move |Job(key)| {
            tell.send(format!("command {}", key.sequence)).unwrap();
            let tell = tell.clone();
            actix_rt::spawn(async move { tell.send("another task".to_owned()).unwrap() });
            Ok(0)
        })
    };
    let bench = Bench::start(vec![handler]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 0);
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    let order: Vec<String> = told.try_iter().collect();
    assert_eq!(order, ["command 1", "another task", "command 2", "another task"]);
}

#[actix::test]
async fn queue_is_told_that_a_request_is_taken_before_its_handler_runs() {
    let peers = Peers::default();
    let queue: Recipient<DispatcherToQueue> = peers.queue.recipient();
    // The handler speaks to the same mailbox, so what is there first was sent first.
    let handler = InBand::closure(move |_: Job| {
        queue.try_send(DispatcherToQueue::RequestTaken { request: key(0, 1000) }).unwrap();
        Ok(0)
    });
    let mut bench = Bench::start_with(vec![handler], vec![peers]).await;
    bench.request(key(0, 1), 0);
    assert_eq!(bench.taken(0).await, [1_u64, 1000]);
}

#[actix::test]
async fn what_a_handler_sends_to_the_responder_is_there_before_its_result() {
    let peers = Peers::default();
    let responder: Recipient<DispatcherToResponder> = peers.responder.recipient();
    let handler = InBand::closure(move |Job(request)| {
        let outcome = Outcome::Silent;
        responder.try_send(DispatcherToResponder::CommandFinished { request, id: None, outcome }).unwrap();
        Ok(5)
    });
    let mut bench = Bench::start_with(vec![handler], vec![peers]).await;
    bench.request(key(0, 1), 0);
    assert_eq!(bench.finished(0).await, ["1: silent", "1: 5"]);
}

/// A queue on another thread.
struct FarQueue(mpsc::Sender<RequestKey>);

impl Actor for FarQueue {
    type Context = Context<Self>;
}

impl Handler<DispatcherToQueue> for FarQueue {
    type Result = ();

    fn handle(&mut self, message: DispatcherToQueue, _ctx: &mut Self::Context) {
        let DispatcherToQueue::RequestTaken { request } = message;
        self.0.send(request).unwrap();
    }
}

#[actix::test]
async fn handler_that_blocks_the_main_arbiter_is_known_as_running_meanwhile() {
    let arbiter = Arbiter::new();
    let (tell, told) = mpsc::channel();
    let queue = FarQueue::start_in_arbiter(&arbiter.handle(), move |_| FarQueue(tell)).recipient();
    // This thread stands still until the queue, on the other, has heard of it.
    let handler = InBand::closure(move |_: Job| {
        let heard = told.recv_timeout(std::time::Duration::from_secs(5));
        heard.map(|request| request.sequence.0).map_err(|_| QmpError::generic("the queue has not heard of it"))
    });
    let mut bench = Bench::start(vec![handler]).await;
    let responder = bench.monitors[0].responder.recipient();
    bench.dispatcher.send(AddMonitorToDispatcher { monitor: MonitorId(0), queue, responder }).await.unwrap();
    bench.request(key(0, 3), 0);
    assert_eq!(bench.finished(0).await, ["3: 3"]);
    arbiter.stop();
}

#[actix::test]
async fn discarded_session_is_never_executed_and_its_queue_told() {
    let (handler, gate) = gated();
    let (other, ran) = recorded();
    let mut bench = Bench::start(vec![handler, other]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    bench.request(key(0, 3), 1);
    let next_session = RequestKey { session: session(0, 2), sequence: Sequence(1) };
    bench.request(next_session, 1);
    assert_eq!(bench.taken(0).await, [1_u64]);
    bench.discard(session(0, 1)).await;
    assert_eq!(bench.taken(0).await, [2_u64, 3], "their places are free again");
    gate.open_for(1);
    assert_eq!(bench.finished(0).await, ["1: 1", "1: 1"], "the one that ran ends as ever");
    assert_eq!(ran.try_iter().collect::<Vec<_>>(), [next_session]);
}

#[actix::test]
async fn discard_that_lies_in_the_mailbox_behind_a_request_comes_in_time() {
    let (handler, ran) = recorded();
    let mut bench = Bench::start(vec![handler]).await;
    bench.request(key(0, 1), 0);
    bench.dispatcher.try_send(QueueToDispatcher::DiscardSession { session: session(0, 1) }).unwrap();
    assert_eq!(bench.taken(0).await, [1_u64]);
    assert_eq!(ran.try_iter().count(), 0);
    assert_eq!(bench.finished(0).await, [""; 0]);
}

#[actix::test]
async fn closed_monitor_is_forgotten_and_the_others_go_on() {
    let (handler, gate) = gated();
    let (other, ran) = recorded();
    let mut bench = Bench::start_with(vec![handler, other], vec![Peers::default(), Peers::default()]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    bench.request(key(1, 1), 1);
    assert_eq!(bench.taken(0).await, [1_u64]);
    bench.dispatcher.send(QueueToDispatcher::MonitorClosed { monitor: MonitorId(0) }).await.unwrap();
    gate.open_for(1);
    assert_eq!(bench.finished(1).await, ["1: 1"]);
    assert_eq!(ran.try_iter().collect::<Vec<_>>(), [key(1, 1)]);
    assert_eq!(bench.finished(0).await, [""; 0], "nobody is there to be told");
}

#[actix::test]
async fn full_mailboxes_of_all_peers_lose_nothing_and_need_no_further_message() {
    let peers = Peers { queue: Probe::stalled(1), responder: Probe::stalled(1) };
    let mut bench = Bench::start_with(vec![at_once()], vec![peers]).await;
    for sequence in 1..=8 {
        bench.request(key(0, sequence), 0);
    }
    tokio::task::yield_now().await;
    bench.monitors[0].queue.release();
    bench.monitors[0].responder.release();
    assert_eq!(bench.taken(0).await, (1..=8).collect::<Vec<u64>>());
    assert_eq!(bench.finished(0).await, (1..=8).map(|number| format!("{number}: {number}")).collect::<Vec<_>>());
}

#[actix::test]
async fn last_result_that_finds_the_responders_mailbox_full_gets_there_without_a_further_request() {
    let peers = Peers { queue: Probe::start(), responder: Probe::stalled(1) };
    let mut bench = Bench::start_with(vec![at_once()], vec![peers]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 0);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    bench.monitors[0].responder.release();
    assert_eq!(bench.finished(0).await, ["1: 1", "2: 2"]);
}

#[actix::test]
async fn peers_that_are_gone_do_not_stop_the_others() {
    let gone = Peers { queue: Probe::gone(), responder: Probe::gone() };
    let mut bench = Bench::start_with(vec![at_once()], vec![gone, Peers::default()]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(1, 1), 0);
    assert_eq!(bench.finished(1).await, ["1: 1"]);
}
