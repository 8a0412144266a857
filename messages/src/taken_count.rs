//! How a queue learns that the dispatcher has taken its requests: by looking, or by message if it waits for that.
//!
//! A message wakes the I/O thread, which costs more than most commands. So the dispatcher counts, and the queue looks when it
//! has something to do; only while something depends on the next one being taken does it ask to be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Set while the queue is to be told; nothing is counted then, so that each request is learnt of exactly once.
const ASKED: usize = 1 << (usize::BITS - 1);

/// The requests of one session that the dispatcher has taken, and the queue doesn't know of.
#[derive(Debug, Clone)]
pub struct TakenCount(Arc<AtomicUsize>);

/// Whether the queue has to be told of a request that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// By a message, which has not been sent yet.
    Needed,
    /// It was counted.
    NotNeeded,
}

/// How the queue wants to learn of what is taken from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// By a message.
    Told,
    /// By looking.
    Looking,
}

impl Default for TakenCount {
    /// Told by message, until the queue says otherwise.
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(ASKED)))
    }
}

impl TakenCount {
    /// The dispatcher takes a request.
    #[must_use]
    pub fn take(&self) -> Telling {
        let counted = |state| (state & ASKED == 0).then_some(state + 1);
        match self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, counted) {
            Ok(_) => Telling::NotNeeded,
            Err(_) => Telling::Needed,
        }
    }

    /// The queue looks: how many were counted since it last did. Says how it wants to learn of the next ones.
    #[must_use]
    pub fn look(&self, learning: Learning) -> usize {
        let state = match learning {
            Learning::Told => ASKED,
            Learning::Looking => 0,
        };
        self.0.swap(state, Ordering::AcqRel) & !ASKED
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn it_is_told_while_it_is_asked_for_and_counted_otherwise() {
        let count = TakenCount::default();
        assert_eq!(count.take(), Telling::Needed);
        assert_eq!(count.look(Learning::Looking), 0);
        assert_eq!([count.take(), count.take()], [Telling::NotNeeded; 2]);
        assert_eq!(count.look(Learning::Told), 2);
        assert_eq!(count.take(), Telling::Needed);
        assert_eq!(count.look(Learning::Looking), 0);
    }

    #[test]
    fn each_is_learnt_of_exactly_once_whatever_the_queue_wishes_meanwhile() {
        const TAKEN: usize = 100_000;
        let count = TakenCount::default();
        let dispatchers = count.clone();
        let told = thread::spawn(move || (0..TAKEN).filter(|_| dispatchers.take() == Telling::Needed).count());
        let mut looked = 0;
        while !told.is_finished() {
            looked += count.look(Learning::Looking);
            thread::yield_now();
            looked += count.look(Learning::Told);
        }
        looked += count.look(Learning::Told);
        assert_eq!(told.join().unwrap() + looked, TAKEN);
    }
}
