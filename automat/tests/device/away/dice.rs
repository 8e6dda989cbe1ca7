//! All random choices, from one number.

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

pub(crate) struct Dice(TestRng);

impl Dice {
    /// From the environment variable `SEED`, otherwise this number.
    pub(crate) fn seed(default: u64) -> u64 {
        std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    pub(crate) fn new(seed: u64) -> Self {
        let bytes = [seed.to_be_bytes(); 4].concat();
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    /// From the first until before the last.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from))
    }

    pub(crate) fn around(&mut self, most: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(2 * most + 1).unwrap())).unwrap() - most
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }
}
