//! Waiting until descriptors are ready: one, or any of many.

use std::fmt;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{Context, Outcome};

/// Waits, but not longer than `at_most`; says whether it has become ready for any of `interest`, or has come to its end.
///
/// # Errors
/// If the system does not tell.
pub fn is_ready(descriptor: &impl AsFd, interest: PollFlags, at_most: Duration) -> Outcome<bool> {
    let at_most = timespec(at_most)?;
    Ok(poll(&mut [PollFd::new(descriptor, interest)], Some(&at_most)).context("cannot wait")? > 0)
}

fn timespec(at_most: Duration) -> Outcome<Timespec> {
    Timespec::try_from(at_most).context("a time too long to wait")
}

/// Watches many for input, by their place in somebody's list.
pub struct Watch {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("epoll", &self.epoll).finish_non_exhaustive()
    }
}

impl Watch {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn new() -> Outcome<Self> {
        Ok(Self { epoll: epoll::create(CreateFlags::CLOEXEC).context("no epoll")?, events: Vec::new() })
    }

    /// Watches this as well, until it is closed.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn add(&mut self, descriptor: &impl AsFd, place: usize) -> Outcome {
        self.events.reserve(place + 1);
        epoll::add(&self.epoll, descriptor, EventData::new_u64(place as u64), EventFlags::IN).context("cannot watch")
    }

    /// Waits until something has come, but not longer than `at_most`, and adds the places where it has to `ready`.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn wait(&mut self, at_most: Duration, ready: &mut Vec<usize>) -> Outcome {
        self.events.clear();
        epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timespec(at_most)?)).context("cannot wait")?;
        ready.extend(self.events.iter().map(|event| event.data.u64() as usize));
        Ok(())
    }
}
