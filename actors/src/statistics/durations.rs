//! Durations, counted into buckets: one actor records, anybody may read meanwhile.
//!
//! ```text
//! microseconds   0 1 2 3 | 4 5 6 7 | 8-9 10-11 12-13 14-15 | 16-19 ...      four buckets for each power of two
//! ```
//!
//! A bucket is at most a quarter as wide as its least value, and so is the error of a percentile.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_qmp_messages::schema::MonitorDurations;

use crate::request_span::as_micros;

/// Buckets for each power of two, as a power of two itself.
const STEP_BITS: u32 = 2;

/// The first power of two that has no bucket of its own: 71 minutes in microseconds. What is longer is in the last bucket.
const END_BITS: u32 = 32;

const BUCKETS: usize = ((END_BITS - STEP_BITS + 1) << STEP_BITS) as usize;

/// How often something took how long.
#[derive(Debug)]
pub(crate) struct Durations {
    buckets: [AtomicU64; BUCKETS],
    total_us: AtomicU64,
    max_us: AtomicU64,
}

impl Default for Durations {
    fn default() -> Self {
        let buckets = array::from_fn(|_| AtomicU64::new(0));
        Self { buckets, total_us: AtomicU64::new(0), max_us: AtomicU64::new(0) }
    }
}

impl Durations {
    /// Counts one.
    pub(crate) fn record(&self, duration: Duration) {
        let micros = as_micros(duration);
        // First, so that whoever reads the bucket reads a maximum that is no smaller: see `read`.
        if micros > self.max_us.load(Ordering::Relaxed) {
            self.max_us.store(micros, Ordering::Relaxed);
        }
        self.total_us.fetch_add(micros, Ordering::Relaxed);
        if let Some(bucket) = self.buckets.get(bucket_of(micros)) {
            bucket.fetch_add(1, Ordering::Release);
        }
    }

    /// What was counted up to now.
    pub(crate) fn read(&self) -> MonitorDurations {
        let counts: [u64; BUCKETS] = array::from_fn(|bucket| self.buckets[bucket].load(Ordering::Acquire));
        let max_us = self.max_us.load(Ordering::Relaxed);
        let percentile = |percent| percentile(&counts, percent).map_or(0, |bound| bound.min(max_us));
        MonitorDurations {
            count: counts.iter().sum(),
            total_us: self.total_us.load(Ordering::Relaxed),
            p50_us: percentile(50),
            p99_us: percentile(99),
            max_us,
        }
    }
}

/// The bucket that counts so many microseconds.
fn bucket_of(micros: u64) -> usize {
    if micros < 1 << STEP_BITS {
        return micros as usize;
    }
    let micros = micros.min((1 << END_BITS) - 1);
    let shift = micros.ilog2() - STEP_BITS;
    // The leading bit of the shifted value carries into the number of the power of two.
    ((shift << STEP_BITS) as usize) + (micros >> shift) as usize
}

/// The longest that a bucket counts, in microseconds.
fn bound_of(bucket: usize) -> u64 {
    if bucket < 1 << STEP_BITS {
        return bucket as u64;
    }
    if bucket + 1 >= BUCKETS {
        return u64::MAX;
    }
    let shift = (bucket >> STEP_BITS) - 1;
    let first = (bucket & ((1 << STEP_BITS) - 1)) + (1 << STEP_BITS);
    ((first as u64 + 1) << shift) - 1
}

/// The bound of the bucket below or in which so many percent lie; none where nothing was counted.
fn percentile(counts: &[u64; BUCKETS], percent: u64) -> Option<u64> {
    let total = u128::from(counts.iter().sum::<u64>());
    let wanted = (total * u128::from(percent)).div_ceil(100);
    let mut seen = 0;
    let bucket = counts.iter().position(|count| {
        seen += u128::from(*count);
        seen >= wanted && seen > 0
    })?;
    Some(bound_of(bucket))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(all: &[u64]) -> MonitorDurations {
        let durations = Durations::default();
        all.iter().for_each(|micros| durations.record(Duration::from_micros(*micros)));
        durations.read()
    }

    #[test]
    fn buckets_follow_each_other_without_gap_and_are_at_most_a_quarter_wide() {
        for bucket in 0..BUCKETS - 2 {
            let (bound, next) = (bound_of(bucket), bound_of(bucket) + 1);
            assert_eq!((bucket_of(bound), bucket_of(next)), (bucket, bucket + 1), "bucket {bucket}");
            assert!((bound_of(bucket + 1) - next) * 4 <= next, "bucket {}", bucket + 1);
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
        assert_eq!(bound_of(BUCKETS - 1), u64::MAX);
    }

    #[test]
    fn nothing_counted_is_all_zero() {
        assert_eq!(read(&[]), MonitorDurations { count: 0, total_us: 0, p50_us: 0, p99_us: 0, max_us: 0 });
    }

    #[test]
    fn small_values_are_exact_and_the_longest_is_told_whatever_its_length() {
        assert_eq!(read(&[1, 3]), MonitorDurations { count: 2, total_us: 4, p50_us: 1, p99_us: 3, max_us: 3 });
        let long = 1 << 40;
        assert_eq!(
            read(&[long]),
            MonitorDurations { count: 1, total_us: long, p50_us: long, p99_us: long, max_us: long }
        );
    }

    proptest! {
        #[test]
        fn percentiles_are_at_most_a_quarter_above_the_true_ones(
            all in proptest::collection::vec(0u64..10_000_000, 1..300)
        ) {
            let told = read(&all);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            let true_one = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100) - 1];
            prop_assert_eq!(told.count, all.len() as u64);
            prop_assert_eq!(told.total_us, all.iter().sum::<u64>());
            prop_assert_eq!(Some(&told.max_us), sorted.last());
            for (told, exact) in [(told.p50_us, true_one(50)), (told.p99_us, true_one(99))] {
                prop_assert!(told >= exact && told <= exact + exact / 4, "{} for {}", told, exact);
            }
        }
    }
}
