//! The suspend/resume counter of a monitor: who holds its input.
//!
//! Reading is allowed iff nobody does. Every holder has a name and counts once, so that a second resume by the same
//! holder can't undo somebody else's suspend (series, "monitor: suspend/resume for QMP").

use actix_qmp_messages::HoldId;
use actix_qmp_messages::schema::MonitorHolder;

/// Somebody who can hold a monitor's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Holder {
    /// Out-of-band is not negotiated and a command is under way.
    CommandInFlight,
    /// The queue is full and the monitor suspends rather than drops.
    QueueFull,
    /// The client does not take its output.
    OutputBacklog,
    /// The chardev is shared and another user of it has the focus.
    #[cfg_attr(not(test), expect(dead_code, reason = "no shared chardev yet; the counter is ready for its name"))]
    MuxFocus,
    /// A guard that the embedder holds.
    Embedder(HoldId),
}

impl Holder {
    /// As operators are told.
    pub(crate) fn told(self) -> MonitorHolder {
        match self {
            Self::CommandInFlight => MonitorHolder::CommandInFlight,
            Self::QueueFull => MonitorHolder::QueueFull,
            Self::OutputBacklog => MonitorHolder::OutputBacklog,
            // Whoever shares a chardev is of the embedder.
            Self::MuxFocus | Self::Embedder(_) => MonitorHolder::Embedder,
        }
    }
}

/// What an operation did to the input as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The first holder came: reading stops.
    Suspended,
    /// The last holder went: reading goes on.
    Resumed,
    /// Others hold it too.
    Unchanged,
}

/// A holder that suspends twice or resumes what it doesn't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HolderError {
    /// It holds the input already.
    #[error("{0:?} already holds the input")]
    AlreadyHolds(Holder),
    /// It does not hold the input: resumed twice, or held an earlier session.
    #[error("{0:?} does not hold the input")]
    DoesNotHold(Holder),
}

/// The counter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct SuspendCounter {
    // In order, so that equal sets are equal values. Seldom more than two.
    holders: Vec<Holder>,
}

impl SuspendCounter {
    /// How many hold the input.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.holders.len()
    }

    /// Whether reading is allowed.
    #[must_use]
    pub(crate) fn is_open(&self) -> bool {
        self.holders.is_empty()
    }

    /// Who holds the input.
    #[must_use]
    pub(crate) fn holders(&self) -> &[Holder] {
        &self.holders
    }

    /// `holder` holds the input from now on.
    ///
    /// # Errors
    /// When it does already; nothing changes.
    pub(crate) fn suspend(&mut self, holder: Holder) -> Result<Change, HolderError> {
        let Err(place) = self.holders.binary_search(&holder) else {
            return Err(HolderError::AlreadyHolds(holder));
        };
        self.holders.insert(place, holder);
        Ok(if self.count() == 1 { Change::Suspended } else { Change::Unchanged })
    }

    /// `holder` lets go.
    ///
    /// # Errors
    /// When it doesn't hold the input; nothing changes.
    pub(crate) fn resume(&mut self, holder: Holder) -> Result<Change, HolderError> {
        let place = self.holders.binary_search(&holder).map_err(|_| HolderError::DoesNotHold(holder))?;
        self.holders.remove(place);
        Ok(if self.is_open() { Change::Resumed } else { Change::Unchanged })
    }

    /// The session is over: nobody holds the next one. Holders of the old one resume in vain.
    pub(crate) fn reset(&mut self) {
        self.holders.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    const HOLDERS: [Holder; 6] = [
        Holder::CommandInFlight,
        Holder::QueueFull,
        Holder::OutputBacklog,
        Holder::MuxFocus,
        Holder::Embedder(HoldId(1)),
        Holder::Embedder(HoldId(2)),
    ];

    /// The counter against a plain set: does each operation, compares every answer.
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Pair {
        counter: SuspendCounter,
        model: BTreeSet<Holder>,
    }

    impl Pair {
        fn after_suspend(&self, holder: Holder) -> Self {
            let mut next = self.clone();
            let was_empty = next.model.is_empty();
            let expected = match next.model.insert(holder) {
                false => Err(HolderError::AlreadyHolds(holder)),
                true if was_empty => Ok(Change::Suspended),
                true => Ok(Change::Unchanged),
            };
            assert_eq!(next.counter.suspend(holder), expected);
            next.checked()
        }

        fn after_resume(&self, holder: Holder) -> Self {
            let mut next = self.clone();
            let expected = match next.model.remove(&holder) {
                false => Err(HolderError::DoesNotHold(holder)),
                true if next.model.is_empty() => Ok(Change::Resumed),
                true => Ok(Change::Unchanged),
            };
            assert_eq!(next.counter.resume(holder), expected);
            next.checked()
        }

        fn after_reset(&self) -> Self {
            let mut next = self.clone();
            next.counter.reset();
            next.model.clear();
            next.checked()
        }

        fn checked(self) -> Self {
            assert_eq!(self.counter.is_open(), self.model.is_empty());
            assert_eq!(self.counter.count(), self.model.len());
            assert!(self.counter.holders().iter().eq(self.model.iter()));
            self
        }

        fn successors(&self) -> Vec<Self> {
            let suspended = HOLDERS.iter().map(|&holder| self.after_suspend(holder));
            let resumed = HOLDERS.iter().map(|&holder| self.after_resume(holder));
            suspended.chain(resumed).chain([self.after_reset()]).collect()
        }
    }

    #[test]
    fn whole_state_space_to_depth_12_agrees_with_a_set() {
        let start = Pair { counter: SuspendCounter::default(), model: BTreeSet::new() };
        let mut seen = HashSet::from([start.clone()]);
        let mut frontier = vec![start];
        for _depth in 0..12 {
            let reached: Vec<Pair> = frontier.iter().flat_map(Pair::successors).collect();
            frontier = reached.into_iter().filter(|pair| seen.insert(pair.clone())).collect();
        }
        // Every set of holders was reached, and nothing is left to explore.
        assert_eq!(seen.len(), 1 << HOLDERS.len());
        assert!(frontier.is_empty());
    }

    #[test]
    fn a_holder_cannot_resume_twice() {
        let mut counter = SuspendCounter::default();
        counter.suspend(Holder::QueueFull).unwrap();
        counter.suspend(Holder::OutputBacklog).unwrap();
        assert_eq!(counter.resume(Holder::QueueFull), Ok(Change::Unchanged));
        assert_eq!(counter.resume(Holder::QueueFull), Err(HolderError::DoesNotHold(Holder::QueueFull)));
        assert!(!counter.is_open());
    }
}
