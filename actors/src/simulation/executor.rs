//! Polls actors one by one, in whatever order it is told; knows who could run.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll, Wake, Waker};

use actix::dev::channel::AddressReceiver;
use actix::{Actor, Context};

/// Whether an actor was woken since it ran last.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    name: String,
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// A panic is its end, as on a runtime, and no fault.
    mortal: bool,
    flag: Arc<Flag>,
    waker: Waker,
}

/// The actors, in the order they were added.
#[derive(Default)]
pub(super) struct Executor {
    tasks: Vec<Task>,
    /// How often an actor ran.
    pub(super) polls: usize,
}

impl Executor {
    /// Adds an actor; it is ready.
    pub(super) fn add<A>(&mut self, name: String, mailbox: AddressReceiver<A>, actor: A)
    where
        A: Actor<Context = Context<A>>,
    {
        let future = Context::with_receiver(mailbox).into_future(actor);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        self.tasks.push(Task { name, future: Some(Box::pin(future)), mortal: false, flag, waker });
    }

    /// Adds an actor that may panic.
    pub(super) fn add_mortal<A>(&mut self, name: String, mailbox: AddressReceiver<A>, actor: A)
    where
        A: Actor<Context = Context<A>>,
    {
        self.add(name, mailbox, actor);
        self.tasks.last_mut().into_iter().for_each(|task| task.mortal = true);
    }

    /// Places of those that could run.
    pub(super) fn ready(&self) -> Vec<usize> {
        let is_ready = |task: &Task| task.future.is_some() && task.flag.0.load(Ordering::Relaxed);
        self.tasks.iter().enumerate().filter(|(_, task)| is_ready(task)).map(|(place, _)| place).collect()
    }

    pub(super) fn name(&self, place: usize) -> &str {
        &self.tasks[place].name
    }

    /// Names of those that have not ended.
    pub(super) fn alive(&self) -> Vec<&str> {
        self.tasks.iter().filter(|task| task.future.is_some()).map(|task| task.name.as_str()).collect()
    }

    /// Gives one actor a turn.
    ///
    /// # Errors
    /// When it panics and may not.
    pub(super) fn poll(&mut self, place: usize) -> Result<(), String> {
        self.polls += 1;
        let Task { name, future, mortal, flag, waker } = &mut self.tasks[place];
        let Some(running) = future else { return Ok(()) };
        flag.0.store(false, Ordering::Relaxed);
        let mut task = TaskContext::from_waker(waker);
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(&mut task))) {
            Ok(Poll::Pending) => Ok(()),
            Ok(Poll::Ready(())) => {
                *future = None;
                Ok(())
            }
            Err(_) if *mortal => {
                *future = None;
                Ok(())
            }
            Err(panic) => {
                std::mem::forget(future.take());
                let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                Err(format!("{name} panicked: {}", said.unwrap_or("(no text)")))
            }
        }
    }
}
