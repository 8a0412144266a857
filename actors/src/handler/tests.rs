//! Handlers alone: what the client is told of each way in which a command can end.

use std::future::Ready;

use actix::dev::channel::channel;
use actix::{Actor, ActorContext, Addr, Arbiter, Handler, Message};
use actix_qmp_messages::{Arguments, ErrorClass};

use super::*;

/// Returns its number; 0 makes the handler panic.
#[derive(Debug, Message)]
#[rtype(result = "Result<u32, QmpError>")]
struct Count(u32);

impl Command for Count {
    const NAME: &'static str = "count";
    type Return = u32;

    fn from_arguments(_arguments: Arguments) -> Result<Self, QmpError> {
        Ok(Self(1))
    }
}

#[derive(Debug, Message)]
#[rtype(result = "Result<(), QmpError>")]
struct Quiet;

impl Command for Quiet {
    const NAME: &'static str = "quiet";
    const SUCCESS_RESPONSE: bool = false;
    type Return = ();

    fn from_arguments(_arguments: Arguments) -> Result<Self, QmpError> {
        Ok(Self)
    }
}

struct Machine;

impl Actor for Machine {
    type Context = actix::Context<Self>;
}

impl Handler<Count> for Machine {
    type Result = Result<u32, QmpError>;

    fn handle(&mut self, Count(number): Count, _ctx: &mut Self::Context) -> Self::Result {
        assert!(number != 0, "a panic that the test provokes");
        Ok(number)
    }
}

/// Takes the place of `Count` in a mailbox that nobody empties.
#[derive(Message)]
#[rtype(result = "()")]
struct Stop;

impl Handler<Stop> for Machine {
    type Result = ();

    fn handle(&mut self, _stop: Stop, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

async fn call(handler: &InBand<Count>, number: u32) -> String {
    said(handler.call(Box::new(Contained::new(Count(number)))).await)
}

fn said(outcome: Outcome) -> String {
    match outcome {
        Outcome::Return(value) => value.to_value().unwrap().to_string(),
        Outcome::Silent => "silent".to_owned(),
        Outcome::Error(error) => format!("{:?}: {error}", error.class()),
    }
}

const GONE: &str = "GenericError: The handler of command 'count' is gone: its actor has stopped or panicked";

#[actix::test]
async fn closure_future_and_actor_all_answer() {
    assert_eq!(call(&InBand::closure(|Count(number)| Ok(number)), 1).await, "1");
    assert_eq!(call(&InBand::future(|Count(number)| async move { Ok(number) }), 2).await, "2");
    assert_eq!(call(&InBand::actor(Machine.start().recipient()), 3).await, "3");
}

#[actix::test]
async fn actor_on_another_arbiter_answers() {
    let arbiter = Arbiter::new();
    let machine = Machine::start_in_arbiter(&arbiter.handle(), |_| Machine);
    assert_eq!(call(&InBand::actor(machine.recipient()), 3).await, "3");
    arbiter.stop();
}

#[actix::test]
async fn error_of_a_handler_keeps_its_class() {
    let handler = InBand::closure(|_: Count| Err(QmpError::new(ErrorClass::DeviceNotFound, "no such device")));
    assert_eq!(call(&handler, 1).await, "DeviceNotFound: no such device");
}

#[actix::test]
async fn command_without_a_success_reply_is_silent() {
    let handler = InBand::closure(|_: Quiet| Ok(()));
    assert_eq!(said(handler.call(Box::new(Contained::new(Quiet))).await), "silent");
    let handler = InBand::closure(|_: Quiet| Err(QmpError::generic("no")));
    assert_eq!(
        said(handler.call(Box::new(Contained::new(Quiet))).await),
        "GenericError: no",
        "errors are always answered"
    );
}

#[actix::test]
async fn actor_that_is_gone_is_said_in_words() {
    let machine = Machine.start();
    machine.send(Stop).await.unwrap();
    assert_eq!(call(&InBand::actor(machine.recipient()), 1).await, GONE);
}

#[actix::test]
async fn actor_that_panics_over_the_command_is_said_in_words() {
    // On an arbiter of its own, so that the panic is not this test's.
    let arbiter = Arbiter::new();
    let machine = Machine::start_in_arbiter(&arbiter.handle(), |_| Machine);
    let handler = InBand::actor(machine.recipient());
    assert_eq!(call(&handler, 0).await, GONE);
    assert_eq!(call(&handler, 1).await, GONE, "and stays gone, without a hang");
    arbiter.stop();
}

#[actix::test]
async fn full_mailbox_takes_the_command_all_the_same_and_it_is_answered() {
    // actix grants every sender one message beyond the bound, and each command comes from a sender of its own.
    let (sender, mailbox) = channel(1);
    let machine = Addr::new(sender);
    machine.try_send(Count(7)).unwrap();
    assert!(machine.try_send(Count(8)).is_err(), "full");
    let handler = InBand::actor(machine.recipient());
    let asked = actix_rt::spawn(async move { call(&handler, 9).await });
    tokio::task::yield_now().await;
    assert!(!asked.is_finished(), "it is in the mailbox, not refused");
    actix::Context::with_receiver(mailbox).run(Machine);
    assert_eq!(asked.await.unwrap(), "9");
}

#[actix::test]
async fn arguments_of_another_command_are_an_internal_error() {
    let handler = InBand::closure(|_: Count| Ok(1));
    let outcome = said(handler.call(Box::new(Contained::new(Quiet))).await);
    assert_eq!(outcome, "GenericError: Internal error: command 'count' was given other arguments");
}

#[actix::test]
async fn nothing_of_a_handler_runs_before_its_future_is_polled() {
    // The dispatcher says "taken" between the two.
    let closure = InBand::closure(|_: Count| -> Result<u32, QmpError> { panic!("ran too early") });
    let future = InBand::future(|_: Count| -> Ready<Result<u32, QmpError>> { panic!("ran too early") });
    drop(closure.call(Box::new(Contained::new(Count(1)))));
    drop(future.call(Box::new(Contained::new(Count(1)))));
}
