//! The outbox between a test and a probe whose mailbox is full, closed, or neither.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use actix::Message;
use actix::dev::channel::channel;
use actix::{Actor, Addr, Handler};

use super::*;
use crate::test_support::Probe;

#[derive(Debug, PartialEq, Eq, Message)]
#[rtype(result = "()")]
struct Numbered(u32);

/// An actor that never runs: only its mailbox is of interest.
struct Idle;

impl Actor for Idle {
    type Context = actix::Context<Self>;
}

impl Handler<Numbered> for Idle {
    type Result = ();

    fn handle(&mut self, _message: Numbered, _ctx: &mut Self::Context) {}
}

#[derive(Default)]
struct CountedWakes(AtomicUsize);

impl Wake for CountedWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn flush<M: Message<Result = ()> + Send + Debug>(outbox: &mut Outbox<M>) -> (Flushed, usize) {
    let wakes = Arc::new(CountedWakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let flushed = outbox.flush(&Context::from_waker(&waker));
    (flushed, wakes.0.load(Ordering::Relaxed))
}

#[actix::test]
async fn what_finds_room_goes_out_at_once() {
    tokio::time::pause();
    let mut probe = Probe::start();
    let mut outbox = Outbox::new(probe.recipient());
    assert_eq!(outbox.send(Numbered(1)), Flushed::All);
    assert_eq!(flush(&mut outbox), (Flushed::All, 0));
    assert_eq!(probe.settled().await, [Numbered(1)]);
}

#[actix::test]
async fn full_mailbox_keeps_the_order_and_loses_nothing() {
    tokio::time::pause();
    let mut probe = Probe::stalled(2);
    let mut outbox = Outbox::new(probe.recipient());
    let sent: Vec<Flushed> = (0..50).map(|number| outbox.send(Numbered(number))).collect();
    let (through, kept) = sent.split_at(2);
    assert!(through.iter().all(|flushed| *flushed == Flushed::All));
    assert!(kept.iter().all(|flushed| *flushed == Flushed::Held));

    probe.release();
    let mut received = probe.settled().await;
    while flush(&mut outbox).0 == Flushed::Held {
        received.extend(probe.settled().await);
    }
    received.extend(probe.settled().await);
    assert!(received.iter().map(|message| message.0).eq(0..50), "{received:?}");
    assert_eq!(outbox.send(Numbered(50)), Flushed::All, "once all is out there is no detour any more");
}

#[actix::test]
async fn a_message_behind_a_kept_one_waits_even_when_there_is_room_again() {
    tokio::time::pause();
    let mut probe = Probe::stalled(1);
    let mut outbox = Outbox::new(probe.recipient());
    outbox.send(Numbered(0));
    outbox.send(Numbered(1));
    probe.release();
    assert_eq!(probe.settled().await, [Numbered(0)]);
    assert_eq!(outbox.send(Numbered(2)), Flushed::Held);
    assert_eq!(flush(&mut outbox).0, Flushed::Held);
    assert_eq!(probe.settled().await, [Numbered(1)]);
    assert_eq!(flush(&mut outbox).0, Flushed::All);
    assert_eq!(probe.settled().await, [Numbered(2)]);
}

#[actix::test]
async fn who_still_keeps_something_gets_another_turn() {
    let probe = Probe::stalled(1);
    let mut outbox = Outbox::new(probe.recipient());
    for number in 0..3 {
        outbox.send(Numbered(number));
    }
    assert_eq!(flush(&mut outbox), (Flushed::Held, 1));
}

#[actix::test]
async fn receiver_that_is_gone_holds_nobody_up() {
    let mut outbox = Outbox::new(Probe::gone().recipient());
    assert_eq!(outbox.send(Numbered(1)), Flushed::All);
    assert_eq!(flush(&mut outbox), (Flushed::All, 0));
}

#[actix::test]
async fn what_was_kept_for_a_receiver_that_is_gone_by_now_is_forgotten() {
    let (sender, mailbox) = channel::<Idle>(1);
    let mut outbox = Outbox::new(Addr::new(sender).recipient());
    for number in 0..4 {
        outbox.send(Numbered(number));
    }
    assert_eq!(flush(&mut outbox).0, Flushed::Held);
    drop(mailbox);
    assert_eq!(flush(&mut outbox), (Flushed::All, 0));
    assert_eq!(outbox.send(Numbered(4)), Flushed::All);
}

#[test]
fn two_edges_are_flushed_only_when_both_are() {
    assert_eq!(Flushed::All.and(Flushed::All), Flushed::All);
    assert_eq!(Flushed::All.and(Flushed::Held), Flushed::Held);
    assert_eq!(Flushed::Held.and(Flushed::All), Flushed::Held);
}
