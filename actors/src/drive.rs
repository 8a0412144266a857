//! One turn of an actor: first its mailbox, then what follows from it.
//!
//! An actor's handlers only record. What is to be done is done in [`Driven::drive`], which runs after the mailbox has
//! been emptied and whenever a waker that it left somewhere fires. So eight replies that lie in a mailbox go out in
//! one write, and an order to stop is seen before the next piece of work is begun.

use std::pin::Pin;
use std::task::{self, Poll};

use actix::{Actor, AsyncContext, Context, fut::ActorFuture};

/// An actor that acts once per turn.
pub(crate) trait Driven: Actor<Context = Context<Self>> + Sized {
    /// Does what is to be done now. Must leave `task`'s waker wherever more is expected from.
    fn drive(&mut self, ctx: &mut Context<Self>, task: &mut task::Context<'_>);
}

/// Makes [`Driven::drive`] part of every turn; called from `started`. The actor then lives until it stops itself.
pub(crate) fn start_driving<A: Driven>(ctx: &mut Context<A>) {
    ctx.spawn(Drive);
}

#[cfg(test)]
thread_local! {
    /// For tests in which the mailboxes of this thread's actors are smaller than they are.
    pub(crate) static MOST_MESSAGES: std::cell::Cell<usize> = const { std::cell::Cell::new(usize::MAX) };
}

/// How many messages an actor's mailbox has room for, beside one of each sender.
pub(crate) fn bound_mailbox<A: Driven>(ctx: &mut Context<A>, bound: usize) {
    #[cfg(test)]
    let bound = bound.min(MOST_MESSAGES.get());
    ctx.set_mailbox_capacity(bound);
}

struct Drive;

impl<A: Driven> ActorFuture<A> for Drive {
    type Output = ();

    fn poll(self: Pin<&mut Self>, actor: &mut A, ctx: &mut Context<A>, task: &mut task::Context<'_>) -> Poll<()> {
        actor.drive(ctx, task);
        Poll::Pending
    }
}
