//! Choices that are the same in every run.

/// A small generator (xorshift): enough to choose test data.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Beginning with a number, which must not be 0.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
