//! A probe stands where a peer would: it gives a recipient, and hands over what is sent there.

use std::convert::Infallible;
use std::time::Duration;

use actix::dev::channel::channel;
use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, Recipient, fut};
use actix_qmp_messages::EmitterToResponder;
use tokio::sync::{mpsc, oneshot};

use crate::emitter::EventEmitter;

/// The mailbox of a probe that always takes its messages.
const MAILBOX: usize = 16;

/// Receives the messages of one edge, in order.
pub struct Probe<M: Message<Result = ()> + Send + 'static> {
    recipient: Recipient<M>,
    received: mpsc::UnboundedReceiver<M>,
    /// While it is there the mailbox is not looked at.
    stall: Option<oneshot::Sender<Infallible>>,
}

struct ProbeActor<M> {
    tell: mpsc::UnboundedSender<M>,
    stalled: Option<oneshot::Receiver<Infallible>>,
}

impl<M: Unpin + 'static> Actor for ProbeActor<M> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(stalled) = self.stalled.take() {
            ctx.wait(fut::wrap_future(stalled).map(|_released, _actor, _ctx| ()));
        }
    }
}

impl<M: Message<Result = ()> + Send + Unpin + 'static> Handler<M> for ProbeActor<M> {
    type Result = ();

    fn handle(&mut self, message: M, _ctx: &mut Self::Context) {
        // Refused when the test no longer looks.
        let _ = self.tell.send(message);
    }
}

impl<M: Message<Result = ()> + Send + Unpin + 'static> Default for Probe<M> {
    fn default() -> Self {
        Self::start()
    }
}

impl<M: Message<Result = ()> + Send + Unpin + 'static> Probe<M> {
    /// Starts a probe on the current arbiter.
    #[must_use]
    pub fn start() -> Self {
        Self::with_mailbox(MAILBOX, None, None)
    }

    /// Starts a probe that takes nothing out of its mailbox until [`Self::release`]: a peer that is busy.
    ///
    /// `capacity` messages of one sender find room; every other sender has room for one even then. `capacity` must not
    /// be 0, which would mean that there is no bound.
    #[must_use]
    pub fn stalled(capacity: usize) -> Self {
        let (stall, stalled) = oneshot::channel();
        Self::with_mailbox(capacity, Some(stall), Some(stalled))
    }

    fn with_mailbox(
        capacity: usize,
        stall: Option<oneshot::Sender<Infallible>>,
        stalled: Option<oneshot::Receiver<Infallible>>,
    ) -> Self {
        let (tell, received) = mpsc::unbounded_channel();
        let (sender, mailbox) = channel(capacity);
        Context::with_receiver(mailbox).run(ProbeActor { tell, stalled });
        Self { recipient: Addr::new(sender).recipient(), received, stall }
    }

    /// A probe that has stopped: whatever is sent there finds nobody.
    #[must_use]
    pub fn gone() -> Self {
        let (_, received) = mpsc::unbounded_channel();
        let (sender, mailbox) = channel::<ProbeActor<M>>(MAILBOX);
        drop(mailbox);
        Self { recipient: Addr::new(sender).recipient(), received, stall: None }
    }

    /// Lets a stalled probe go: it takes what its mailbox holds, and everything from then on.
    pub fn release(&mut self) {
        self.stall = None;
    }

    /// What the actor under test gets in the place of its peer.
    #[must_use]
    pub fn recipient(&self) -> Recipient<M> {
        self.recipient.clone()
    }

    /// The next message; waits for it.
    ///
    /// # Panics
    /// When the probe itself is gone, which only happens with its arbiter.
    pub async fn next(&mut self) -> M {
        self.received.recv().await.expect("the probe's arbiter has stopped")
    }

    /// The next message if there is one already.
    pub fn try_next(&mut self) -> Option<M> {
        self.received.try_recv().ok()
    }

    /// All messages that have come by the time when nobody on this thread has anything left to do.
    ///
    /// Needs tokio's paused clock (`tokio::time::pause()`, feature `test-util`), which stands still as long as any task
    /// can run and then moves to the next timer: here a millisecond from now. So this proves that nothing more comes.
    pub async fn settled(&mut self) -> Vec<M> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        std::iter::from_fn(|| self.try_next()).collect()
    }
}

/// An event emitter without a monitor behind it, and a probe for what is emitted.
#[must_use]
pub fn event_probe() -> (EventEmitter, Probe<EmitterToResponder>) {
    let probe = Probe::start();
    let emitter = EventEmitter::default();
    emitter.connect(vec![probe.recipient()]);
    (emitter, probe)
}
