//! Seeded chance: `QMP_TEST_SEED=N` repeats a run.

use std::hash::{BuildHasher, RandomState};
use std::thread;

/// Numbers from a seed (splitmix64), which a failing test prints.
pub(crate) struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    pub(crate) fn new() -> Self {
        let given = std::env::var("QMP_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        Self { seed, state: seed }
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Chance for another thread, which follows from this one's.
    pub(crate) fn fork(&mut self) -> Self {
        Self { seed: self.seed, state: self.below(u64::MAX) }
    }

    /// Lets other tasks and threads come in between, for a while that differs.
    pub(crate) async fn dawdle(&mut self) {
        for _ in 0..self.below(4) {
            tokio::task::yield_now().await;
        }
        for _ in 0..self.below(20_000) {
            std::hint::spin_loop();
        }
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("repeat with QMP_TEST_SEED={}", self.seed);
        }
    }
}
