//! In-band handlers: how the dispatcher runs a command.

use std::any::Any;
use std::future::Future;
use std::rc::Rc;

use actix::Recipient;
use actix_qmp_messages::{Command, Outcome, QmpError};
use futures_util::future::LocalBoxFuture;

use crate::contained::Contained;
use crate::phase::Availability;

type Answer<C> = Result<<C as Command>::Return, QmpError>;

/// What runs a command in-band, on the main arbiter.
pub struct InBand<C: Command>(Kind<C>);

enum Kind<C: Command> {
    Actor(Recipient<C>),
    Closure(Rc<dyn Fn(C) -> Answer<C>>),
    Future(Rc<dyn Fn(C) -> LocalBoxFuture<'static, Answer<C>>>),
}

impl<C: Command> InBand<C> {
    /// An actor of the embedder, on any arbiter.
    #[must_use]
    pub fn actor(recipient: Recipient<C>) -> Self {
        Self(Kind::Actor(recipient))
    }

    /// A function; the main arbiter stands still while it runs.
    #[must_use]
    pub fn closure(run: impl Fn(C) -> Answer<C> + 'static) -> Self {
        Self(Kind::Closure(Rc::new(run)))
    }

    /// A function that returns a future; the next command waits for it, the main arbiter doesn't.
    #[must_use]
    pub fn future<F>(run: impl Fn(C) -> F + 'static) -> Self
    where
        F: Future<Output = Answer<C>> + 'static,
    {
        Self(Kind::Future(Rc::new(move |command| Box::pin(run(command)))))
    }
}

/// A command's turn: whether it may run, whether its arguments were right, then its handler.
pub(crate) trait CommandTurn {
    fn take(&self, arguments: Result<Box<dyn Any + Send>, QmpError>) -> LocalBoxFuture<'static, Outcome>;
}

/// A handler, and when it may run.
pub(crate) struct Registered<C: Command> {
    pub(crate) in_band: InBand<C>,
    pub(crate) availability: Availability,
}

impl<C: Command> CommandTurn for Registered<C> {
    fn take(&self, arguments: Result<Box<dyn Any + Send>, QmpError>) -> LocalBoxFuture<'static, Outcome> {
        match self.availability.check(C::NAME).and(arguments) {
            Ok(arguments) => self.in_band.call(arguments),
            Err(error) => Box::pin(std::future::ready(Outcome::Error(error))),
        }
    }
}

impl<C: Command> InBand<C> {
    pub(crate) fn call(&self, arguments: Box<dyn Any + Send>) -> LocalBoxFuture<'static, Outcome> {
        let Some(command) = arguments.downcast::<Contained<C>>().ok().and_then(|command| command.take()) else {
            // Both halves of the table are filled in one place, so this is a bug of ours.
            tracing::error!(command = C::NAME, "command_table_mixed_up");
            let error = QmpError::generic(format!("Internal error: command '{}' was given other arguments", C::NAME));
            return Box::pin(std::future::ready(Outcome::Error(error)));
        };
        match &self.0 {
            Kind::Actor(recipient) => {
                let recipient = recipient.clone();
                Box::pin(async move { ask_actor(&recipient, command).await.map_or_else(Outcome::Error, outcome::<C>) })
            }
            // Within the future, so that the dispatcher has said that the command was taken before it runs.
            Kind::Closure(run) => {
                let run = Rc::clone(run);
                Box::pin(async move { outcome::<C>(run(command)) })
            }
            Kind::Future(run) => {
                let run = Rc::clone(run);
                Box::pin(async move { outcome::<C>(run(command).await) })
            }
        }
    }
}

/// What the client is told of a handler's answer.
pub(crate) fn outcome<C: Command>(answer: Answer<C>) -> Outcome {
    match answer {
        Ok(value) if C::SUCCESS_RESPONSE => Outcome::Return(Box::new(Contained::new(value))),
        Ok(_) => Outcome::Silent,
        Err(error) => Outcome::Error(error),
    }
}

/// Sends a command to an actor and waits for its answer.
///
/// A full mailbox is no obstacle: actix keeps a place for each sender beyond the bound, and the command waits there for
/// the actor's turn. A request tells nobody whether its mailbox was full, so it can't be refused for that either.
///
/// # Errors
/// When the actor is gone before it answered.
async fn ask_actor<C: Command>(recipient: &Recipient<C>, command: C) -> Result<Answer<C>, QmpError> {
    recipient.send(command).await.map_err(|_| {
        QmpError::generic(format!("The handler of command '{}' is gone: its actor has stopped or panicked", C::NAME))
    })
}

/// What the client is told of a handler that panicked, in either band.
pub(crate) fn handler_panicked(command: &str) -> QmpError {
    QmpError::generic(format!("Internal error: the handler of command '{command}' panicked"))
}

#[cfg(test)]
mod tests;
