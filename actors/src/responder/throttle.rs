//! Event throttling: at most one per period and key, the first at once, the last kept.
//!
//! Time is monotonic and comes from the caller.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::deadline::later;

/// How one kind of event is throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// The event's name.
    pub event: &'static str,
    /// The member of `data` whose value tells apart what is throttled separately; `None`: all together.
    pub key: Option<&'static str>,
    /// At most one per this time.
    pub period: Duration,
}

impl ThrottleRule {
    /// One per second for all of this name.
    #[must_use]
    pub const fn per_second(event: &'static str) -> Self {
        Self { event, key: None, period: Duration::from_secs(1) }
    }

    /// One per second for each value of the member `key`.
    #[must_use]
    pub const fn per_second_and_key(event: &'static str, key: &'static str) -> Self {
        Self { event, key: Some(key), period: Duration::from_secs(1) }
    }
}

/// The events that QMP documents as rate-limited.
pub(crate) const STANDARD_RULES: [ThrottleRule; 8] = [
    ThrottleRule::per_second("RTC_CHANGE"),
    ThrottleRule::per_second("WATCHDOG"),
    ThrottleRule::per_second("BALLOON_CHANGE"),
    ThrottleRule::per_second_and_key("QUORUM_REPORT_BAD", "node-name"),
    ThrottleRule::per_second("QUORUM_FAILURE"),
    ThrottleRule::per_second_and_key("VSERPORT_CHANGE", "id"),
    ThrottleRule::per_second_and_key("MEMORY_DEVICE_SIZE_CHANGE", "qom-path"),
    ThrottleRule::per_second("HV_BALLOON_STATUS_REPORT"),
];

/// Keys that are told apart at one time; events of further keys are delivered unthrottled.
pub(crate) const THROTTLE_KEYS: usize = 1024;

/// What happens to an event that was offered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer<E> {
    /// Deliver it now.
    Deliver(E),
    /// It is kept, in place of an earlier one that was, until its period is over.
    Kept,
}

struct Period<E> {
    ends: Instant,
    kept: Option<E>,
}

/// Periods that run, and the events kept in them.
pub(crate) struct Throttle<E> {
    rules: HashMap<&'static str, ThrottleRule>,
    running: HashMap<(&'static str, String), Period<E>>,
}

impl<E> Throttle<E> {
    /// Later rules replace earlier ones of the same name.
    pub(crate) fn new(rules: impl IntoIterator<Item = ThrottleRule>) -> Self {
        let rules = rules.into_iter().map(|rule| (rule.event, rule)).collect();
        Self { rules, running: HashMap::new() }
    }

    /// The rule for events of this name, if they are throttled.
    #[must_use]
    pub(crate) fn rule(&self, event: &str) -> Option<ThrottleRule> {
        self.rules.get(event).copied()
    }

    /// Offers an event that `rule` is for, with its key's value.
    pub(crate) fn offer(&mut self, rule: ThrottleRule, key: String, event: E, now: Instant) -> Offer<E> {
        let name_and_key = (rule.event, key);
        if let Some(period) = self.running.get_mut(&name_and_key) {
            period.kept = Some(event);
            return Offer::Kept;
        }
        if self.running.len() < THROTTLE_KEYS {
            self.running.insert(name_and_key, Period { ends: later(now, rule.period), kept: None });
        }
        Offer::Deliver(event)
    }

    /// When the next period ends.
    #[must_use]
    pub(crate) fn next_end(&self) -> Option<Instant> {
        self.running.values().map(|period| period.ends).min()
    }

    /// Ends the periods that are over and returns what they kept, in the order they end; a period that kept something
    /// runs once more.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<E> {
        let mut due = Vec::new();
        let rules = &self.rules;
        self.running.retain(|(name, _), period| {
            if period.ends > now {
                return true;
            }
            let (Some(event), Some(rule)) = (period.kept.take(), rules.get(name)) else {
                return false;
            };
            due.push((period.ends, event));
            period.ends = later(now, rule.period);
            true
        });
        due.sort_by_key(|(ends, _)| *ends);
        due.into_iter().map(|(_, event)| event).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: ThrottleRule = ThrottleRule::per_second_and_key("CHANGE", "id");

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn first_goes_at_once_the_last_after_the_period_and_keys_are_apart() {
        let start = Instant::now();
        let mut throttle = Throttle::new([RULE]);
        assert_eq!(throttle.offer(RULE, "a".into(), 1, start), Offer::Deliver(1));
        assert_eq!(throttle.offer(RULE, "a".into(), 2, at(start, 1)), Offer::Kept);
        assert_eq!(throttle.offer(RULE, "b".into(), 3, at(start, 2)), Offer::Deliver(3));
        assert_eq!(throttle.offer(RULE, "a".into(), 4, at(start, 3)), Offer::Kept);
        assert_eq!(throttle.expire(at(start, 999)), Vec::<i32>::new());
        assert_eq!(throttle.next_end(), Some(at(start, 1000)));
        assert_eq!(throttle.expire(at(start, 1002)), vec![4]);
        // The delivery began a new period.
        assert_eq!(throttle.offer(RULE, "a".into(), 5, at(start, 1003)), Offer::Kept);
        assert_eq!(throttle.expire(at(start, 2002)), vec![5]);
        assert_eq!(throttle.expire(at(start, 3002)), Vec::<i32>::new());
        assert_eq!(throttle.next_end(), None);
        assert_eq!(throttle.offer(RULE, "a".into(), 6, at(start, 3003)), Offer::Deliver(6));
    }

    #[test]
    fn beyond_the_bound_of_keys_events_are_delivered_and_nothing_is_kept() {
        let start = Instant::now();
        let mut throttle = Throttle::new([RULE]);
        for key in 0..THROTTLE_KEYS {
            throttle.offer(RULE, key.to_string(), key, start);
        }
        assert_eq!(throttle.offer(RULE, "one more".into(), 1, start), Offer::Deliver(1));
        assert_eq!(throttle.offer(RULE, "one more".into(), 2, start), Offer::Deliver(2));
        assert_eq!(throttle.running.len(), THROTTLE_KEYS);
    }

    proptest! {
        #[test]
        fn deliveries_of_a_key_are_a_period_apart_and_the_last_event_arrives(gaps in prop::collection::vec(0u64..700, 1..60)) {
            let start = Instant::now();
            let mut throttle = Throttle::new([RULE]);
            let (mut now, mut delivered) = (start, Vec::new());
            for (event, gap) in gaps.iter().enumerate() {
                let then = now + Duration::from_millis(*gap);
                while let Some(end) = throttle.next_end().filter(|end| *end <= then) {
                    delivered.extend(throttle.expire(end).into_iter().map(|event| (end, event)));
                }
                now = then;
                if let Offer::Deliver(event) = throttle.offer(RULE, String::new(), event, now) {
                    delivered.push((now, event));
                }
            }
            while let Some(end) = throttle.next_end() {
                delivered.extend(throttle.expire(end).into_iter().map(|event| (end, event)));
            }
            prop_assert!(delivered.windows(2).all(|pair| pair[1].0 - pair[0].0 >= RULE.period && pair[0].1 < pair[1].1));
            prop_assert_eq!(delivered.first().map(|first| first.1), Some(0));
            prop_assert_eq!(delivered.last().map(|last| last.1), Some(gaps.len() - 1));
        }

        #[test]
        fn a_key_is_throttled_as_if_there_were_no_other(offers in prop::collection::vec((0u64..500, 0usize..3), 1..60)) {
            let start = Instant::now();
            let together = deliveries_of(start, &offers, |_| true);
            for only in 0..3 {
                let alone = deliveries_of(start, &offers, |key| key == only);
                let among: Vec<_> = together.iter().filter(|(_, key, _)| *key == only).copied().collect();
                prop_assert_eq!(among, alone);
            }
        }
    }

    type Delivery = (Instant, usize, usize);

    /// Offers the events of some keys, each after its gap in ms: when what was delivered, by key and number.
    fn deliveries_of(start: Instant, offers: &[(u64, usize)], takes: impl Fn(usize) -> bool) -> Vec<Delivery> {
        let mut throttle = Throttle::new([RULE]);
        let (mut now, mut delivered) = (start, Vec::new());
        let expire =
            |throttle: &mut Throttle<(usize, usize)>, until: Option<Instant>, delivered: &mut Vec<Delivery>| {
                while let Some(end) = throttle.next_end().filter(|end| until.is_none_or(|until| *end <= until)) {
                    delivered.extend(throttle.expire(end).into_iter().map(|(key, event)| (end, key, event)));
                }
            };
        for (event, &(gap, key)) in offers.iter().enumerate() {
            now += Duration::from_millis(gap);
            expire(&mut throttle, Some(now), &mut delivered);
            if takes(key)
                && let Offer::Deliver(_) = throttle.offer(RULE, key.to_string(), (key, event), now)
            {
                delivered.push((now, key, event));
            }
        }
        expire(&mut throttle, None, &mut delivered);
        delivered
    }
}
