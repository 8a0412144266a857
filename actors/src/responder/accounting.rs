//! How much output waits for a client that doesn't read, and what follows.

use actix_qmp_messages::{OutputLimits, WRITE_WINDOW};

/// What has to be done about output that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressure {
    /// Nothing.
    None,
    /// Above the first limit: hold the input.
    Suspend,
    /// Half of it has drained: let go.
    Resume,
    /// Above the second limit: close the session.
    Abort,
}

/// The output of one session that its client has not taken.
#[derive(Debug)]
pub(crate) struct OutputAccount {
    limits: OutputLimits,
    /// In the responder.
    collected: usize,
    /// With the frontend: bytes and messages it has not reported as written.
    sent_bytes: usize,
    sent_writes: usize,
    suspended: bool,
}

impl OutputAccount {
    /// Nothing waits.
    #[must_use]
    pub(crate) fn new(limits: OutputLimits) -> Self {
        Self { limits, collected: 0, sent_bytes: 0, sent_writes: 0, suspended: false }
    }

    /// Bytes that wait, the responder's and the frontend's.
    #[must_use]
    pub(crate) fn waiting(&self) -> usize {
        self.collected + self.sent_bytes
    }

    /// Bytes were added to the output.
    pub(crate) fn collect(&mut self, bytes: usize) -> Pressure {
        // One message may be larger than the limit: what counts is that the client has not taken those before it.
        let waited = self.waiting();
        self.collected += bytes;
        if waited >= self.limits.close_above && bytes > 0 {
            return Pressure::Abort;
        }
        if !self.suspended && self.waiting() > self.limits.suspend_above {
            self.suspended = true;
            return Pressure::Suspend;
        }
        Pressure::None
    }

    /// Whether the frontend has room for a message.
    #[must_use]
    pub(crate) fn may_send(&self) -> bool {
        self.collected > 0 && self.sent_writes < WRITE_WINDOW
    }

    /// All that was collected went to the frontend in one message.
    pub(crate) fn sent(&mut self) {
        self.sent_bytes += self.collected;
        self.collected = 0;
        self.sent_writes += 1;
    }

    /// The frontend has written.
    pub(crate) fn written(&mut self, writes: usize, bytes: usize) -> Pressure {
        debug_assert!(writes <= self.sent_writes && bytes <= self.sent_bytes, "more written than sent");
        self.sent_writes = self.sent_writes.saturating_sub(writes);
        self.sent_bytes = self.sent_bytes.saturating_sub(bytes);
        if self.suspended && self.waiting() <= self.limits.suspend_above / 2 {
            self.suspended = false;
            return Pressure::Resume;
        }
        Pressure::None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn account() -> OutputAccount {
        OutputAccount::new(OutputLimits { suspend_above: 100, close_above: 1000 })
    }

    #[test]
    fn suspends_once_above_the_limit_and_resumes_at_half() {
        let mut account = account();
        assert_eq!(account.collect(100), Pressure::None);
        assert_eq!(account.collect(1), Pressure::Suspend);
        assert_eq!(account.collect(1), Pressure::None);
        account.sent();
        assert_eq!(account.written(0, 51), Pressure::None);
        assert_eq!(account.written(0, 1), Pressure::Resume);
        assert_eq!(account.written(1, 50), Pressure::None);
        assert_eq!(account.waiting(), 0);
    }

    #[test]
    fn closes_when_more_comes_above_the_second_limit_however_large_one_message_is() {
        let mut account = account();
        assert_eq!(account.collect(5000), Pressure::Suspend);
        account.sent();
        assert_eq!(account.written(1, 5000), Pressure::Resume);
        assert_eq!(account.collect(1000), Pressure::Suspend);
        assert_eq!(account.collect(1), Pressure::Abort);
    }

    #[test]
    fn window_of_writes_is_kept_and_given_back() {
        let mut account = account();
        for _ in 0..WRITE_WINDOW {
            account.collect(1);
            assert!(account.may_send());
            account.sent();
        }
        account.collect(1);
        assert!(!account.may_send());
        account.written(1, 1);
        assert!(account.may_send());
    }

    /// Sends on what the frontend has room for.
    fn collected_and_sent(account: &mut OutputAccount, writes: &mut usize) {
        if account.may_send() {
            account.sent();
            *writes += 1;
        }
    }

    proptest! {
        #[test]
        fn suspended_exactly_between_suspend_and_resume_and_closed_exactly_above_the_limit(steps in prop::collection::vec((0usize..60, prop::bool::weighted(0.4)), 1..300)) {
            let mut account = account();
            let (mut held, mut in_frontend) = (false, 0);
            // Messages that the frontend has not reported as written.
            let mut writes = 0;
            for (bytes, writes_out) in steps {
                let pressure = if writes_out {
                    let bytes = bytes.min(in_frontend);
                    in_frontend -= bytes;
                    collected_and_sent(&mut account, &mut writes);
                    account.written(std::mem::take(&mut writes), bytes)
                } else {
                    let is_too_much = account.waiting() >= 1000 && bytes > 0;
                    let pressure = account.collect(bytes);
                    prop_assert_eq!(pressure == Pressure::Abort, is_too_much);
                    in_frontend += bytes;
                    collected_and_sent(&mut account, &mut writes);
                    pressure
                };
                prop_assert!(writes <= WRITE_WINDOW);
                match pressure {
                    Pressure::Suspend => { prop_assert!(!held); held = true; }
                    Pressure::Resume => { prop_assert!(held); held = false; }
                    Pressure::Abort => return Ok(()),
                    Pressure::None => {}
                }
                prop_assert_eq!(account.waiting(), in_frontend);
                prop_assert!(held || account.waiting() <= 100);
                prop_assert!(!held || account.waiting() > 50);
            }
        }
    }
}
