//! The random source.

use std::sync::Arc;

use domain::{ContractId, Instant, Pin, PinDigits};
use ring::rand::{SecureRandom, SystemRandom};
use ulid::Ulid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no random numbers to give")]
pub struct NoRandomness;

/// Generates random numbers, PINs and identifiers.
#[derive(Clone)]
pub struct Random(Arc<dyn SecureRandom + Send + Sync>);

impl Random {
    /// The operating system's cryptographic source.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the only place that uses the system's random source")]
    pub fn system() -> Self {
        Self(Arc::new(SystemRandom::new()))
    }

    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).map_err(|_| NoRandomness)?;
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

    /// An identifier that sorts by time.
    pub fn ulid(&self, now: Instant) -> Result<String, NoRandomness> {
        let bits = u128::from_be_bytes(self.bytes()?);
        Ok(Ulid::from_parts(now.millis().unsigned_abs(), bits).to_string())
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
