//! Repeatable random choices: a failing test prints its seed.

/// A small random number generator (splitmix64, public domain), the same on every machine.
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// From the environment variable `SEED`, otherwise from this number.
    #[must_use]
    pub fn from_env(default: u64) -> Self {
        Self(std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(default))
    }

    /// The number to repeat the run with.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.0
    }

    #[must_use]
    pub fn of_client(&self, client: u64) -> Self {
        Self(self.0 ^ client.wrapping_add(1).wrapping_mul(0xD134_2543_DE82_EF95))
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = self.below(choices.len() as u64);
        &choices[usize::try_from(at).unwrap()]
    }

    /// True with a probability of 1 in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
