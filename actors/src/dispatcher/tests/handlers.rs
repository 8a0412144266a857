//! What becomes of a command whose handler misbehaves, and of the one behind it.

use actix::dev::channel::channel;
use actix::{ActorContext, Arbiter, Context};

use super::*;

const PANICKED: &str = "1: GenericError: Internal error: the handler of command 'job' panicked";
const GONE: &str = "1: GenericError: The handler of command 'job' is gone: its actor has stopped or panicked";

/// Runs the handler under test, then a well-behaved one.
async fn first_of_two(handler: InBand<Job>) -> String {
    let mut bench = Bench::start(vec![handler, at_once()]).await;
    bench.request(key(0, 1), 0);
    bench.request(key(0, 2), 1);
    // Not by the paused clock: some of these handlers live on another thread.
    let first = said(&bench.monitors[0].responder.next().await);
    assert_eq!(said(&bench.monitors[0].responder.next().await), "2: 2");
    assert_eq!(bench.taken(0).await, [1_u64, 2]);
    first
}

/// An actor of the embedder's.
struct Machine(Mood);

#[derive(Clone, Copy)]
enum Mood {
    Good,
    Panicky,
}

impl Actor for Machine {
    type Context = Context<Self>;
}

impl Handler<Job> for Machine {
    type Result = Result<u64, QmpError>;

    fn handle(&mut self, Job(key): Job, _ctx: &mut Self::Context) -> Self::Result {
        match self.0 {
            Mood::Good => Ok(key.sequence.0),
            Mood::Panicky => panic!("a panic that the test provokes"),
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Stop;

impl Handler<Stop> for Machine {
    type Result = ();

    fn handle(&mut self, _stop: Stop, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

#[actix::test]
async fn panic_in_a_synchronous_handler_is_that_commands_error() {
    let handler = InBand::closure(|_: Job| -> Result<u64, QmpError> { panic!("a panic that the test provokes") });
    assert_eq!(first_of_two(handler).await, PANICKED);
}

#[actix::test]
async fn panic_before_the_first_await_of_a_handler_is_that_commands_error() {
    let handler = InBand::future(|_: Job| -> std::future::Ready<_> { panic!("a panic that the test provokes") });
    assert_eq!(first_of_two(handler).await, PANICKED);
}

#[actix::test]
async fn panic_after_an_await_of_a_handler_is_that_commands_error() {
    let handler = InBand::future(|_: Job| async {
        tokio::task::yield_now().await;
        panic!("a panic that the test provokes")
    });
    assert_eq!(first_of_two(handler).await, PANICKED);
}

#[actix::test]
async fn panic_in_an_actor_is_that_commands_error() {
    let arbiter = Arbiter::new();
    let machine = Machine::start_in_arbiter(&arbiter.handle(), |_| Machine(Mood::Panicky));
    assert_eq!(first_of_two(InBand::actor(machine.recipient())).await, GONE);
    arbiter.stop();
}

#[actix::test]
async fn actor_that_is_gone_is_that_commands_error() {
    let machine = Machine(Mood::Good).start();
    machine.send(Stop).await.unwrap();
    assert_eq!(first_of_two(InBand::actor(machine.recipient())).await, GONE);
}

#[actix::test]
async fn actor_that_goes_while_the_command_waits_in_its_mailbox_is_that_commands_error() {
    let (sender, mailbox) = channel(16);
    let machine = Addr::<Machine>::new(sender);
    let mut bench = Bench::start(vec![InBand::actor(machine.recipient())]).await;
    bench.request(key(0, 1), 0);
    assert_eq!(bench.taken(0).await, [1_u64]);
    drop(mailbox);
    assert_eq!(bench.finished(0).await, [GONE]);
}

#[actix::test]
async fn actor_on_the_main_arbiter_answers() {
    assert_eq!(first_of_two(InBand::actor(Machine(Mood::Good).start().recipient())).await, "1: 1");
}

#[actix::test]
async fn actor_on_another_arbiter_answers() {
    let arbiter = Arbiter::new();
    let machine = Machine::start_in_arbiter(&arbiter.handle(), |_| Machine(Mood::Good));
    assert_eq!(first_of_two(InBand::actor(machine.recipient())).await, "1: 1");
    arbiter.stop();
}

#[actix::test]
async fn actor_whose_mailbox_is_full_answers_when_it_gets_to_it() {
    let (sender, mailbox) = channel(1);
    let machine = Addr::<Machine>::new(sender);
    machine.try_send(Job(key(9, 9))).unwrap();
    assert!(machine.try_send(Job(key(9, 9))).is_err(), "full");
    let mut bench = Bench::start(vec![InBand::actor(machine.recipient())]).await;
    bench.request(key(0, 1), 0);
    assert_eq!(bench.finished(0).await, [""; 0]);
    Context::with_receiver(mailbox).run(Machine(Mood::Good));
    assert_eq!(bench.finished(0).await, ["1: 1"]);
}

#[actix::test]
async fn command_without_a_handler_is_an_internal_error() {
    let mut bench = Bench::start(vec![at_once()]).await;
    bench.request(key(0, 1), 5);
    bench.request(key(0, 2), 0);
    let error = "1: GenericError: Internal error: command 'job' has no handler";
    assert_eq!(bench.finished(0).await, [error, "2: 2"]);
}
