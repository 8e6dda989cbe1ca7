//! The random source.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{ContractId, Instant, Pin, PinDigits};
use ring::rand::{SecureRandom, SystemRandom};
use ulid::Ulid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no random numbers to give")]
pub struct NoRandomness;

/// Generates random numbers, PINs and identifiers.
#[derive(Clone)]
pub struct Random {
    source: Arc<dyn SecureRandom + Send + Sync>,
    /// The latest identifier that sorts by time.
    latest: Arc<Mutex<Ulid>>,
}

impl Random {
    /// The operating system's cryptographic source.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the only place that uses the system's random source")]
    pub fn system() -> Self {
        Self { source: Arc::new(SystemRandom::new()), latest: Arc::default() }
    }

    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.source.fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(bytes)
    }

    /// A PIN of this length. All PINs that are not too easy to guess are equally likely.
    pub fn pin(&self, digits: PinDigits) -> Result<Pin, NoRandomness> {
        loop {
            if let Some(pin) = Pin::from_random(digits, u64::from_be_bytes(self.bytes()?)) {
                return Ok(pin);
            }
        }
    }

    /// An identifier for a contract whose client did not choose one.
    pub fn contract_id(&self) -> Result<ContractId, NoRandomness> {
        self.bytes().map(|bytes| ContractId::generated(u64::from_be_bytes(bytes)))
    }

    /// A random 48-bit number from which a counter of writes starts. So a resource that is removed and created again
    /// never has a count that somebody read of the earlier one.
    pub fn start(&self) -> Result<u64, NoRandomness> {
        self.bytes::<6>().map(|bytes| bytes.into_iter().fold(0, |number, byte| (number << 8) | u64::from(byte)))
    }

    /// An identifier that sorts by time. Those of one millisecond sort in the order in which this process made them: the
    /// next one is larger by one (<https://github.com/ulid/spec>, "Monotonicity").
    pub fn ulid(&self, now: Instant) -> Result<String, NoRandomness> {
        let drawn = Ulid::from_parts(now.millis().unsigned_abs(), u128::from_be_bytes(self.bytes()?));
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = latest.timestamp_ms() == drawn.timestamp_ms();
        *latest = if is_same { latest.increment().unwrap_or(drawn) } else { drawn };
        Ok(latest.to_string())
    }

    /// The first identifier that sorts by time at or after this instant.
    #[must_use]
    pub fn first_ulid(at: Instant) -> String {
        Ulid::from_parts(at.millis().unsigned_abs(), 0).to_string()
    }

    /// A number below `bound`. Slightly biased, which is good enough for waiting times.
    pub fn below(&self, bound: u64) -> Result<u64, NoRandomness> {
        Ok(u64::from_be_bytes(self.bytes()?) % bound.max(1))
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_time_and_those_of_one_millisecond_by_when_they_were_made() {
        let random = Random::system();
        let of = |millis| random.clone().ulid(Instant::from_millis(millis).unwrap()).unwrap();
        let made: Vec<_> = [7, 7, 7, 8, 8, 9].map(of).to_vec();
        assert!(made.is_sorted() && made.windows(2).all(|pair| pair[0] != pair[1]), "{made:?}");
        let earlier = of(7);
        assert!(earlier < made[3], "a clock that goes back does not move it: {earlier} {made:?}");
    }
}
