//! Reproducible random choices.

/// A small generator (xorshift): good enough for test data.
#[derive(Debug, Clone)]
pub struct SeededRng(u64);

impl SeededRng {
    /// The seed must not be 0.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
