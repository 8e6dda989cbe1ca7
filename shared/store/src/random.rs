//! The random source: passed in, so that a test can know what it will say.

use std::sync::Arc;

use domain::{ContractId, Instant, Pin, PinDigits};
use ring::rand::{SecureRandom, SystemRandom};
use ulid::Ulid;

use crate::Error;

/// Where random numbers come from.
#[derive(Clone)]
pub struct Random(Arc<dyn SecureRandom + Send + Sync>);

impl Random {
    /// The operating system's cryptographic source.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that opens the system's source")]
    pub fn system() -> Self {
        Self(Arc::new(SystemRandom::new()))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).map_err(|source| Error::internal("drawing random bytes", source))?;
        Ok(bytes)
    }

    pub(crate) fn pin(&self, digits: PinDigits) -> Result<Pin, Error> {
        loop {
            if let Some(pin) = Pin::from_random(digits, u64::from_be_bytes(self.bytes()?)) {
                return Ok(pin);
            }
        }
    }

    pub(crate) fn contract_id(&self) -> Result<ContractId, Error> {
        self.bytes().map(|bytes| ContractId::generated(u64::from_be_bytes(bytes)))
    }

    /// A number that nothing else begins with: counts of writes start here, so that something removed and made again
    /// never shows a count that was read of the thing before.
    pub(crate) fn start(&self) -> Result<u64, Error> {
        self.bytes::<6>().map(|bytes| bytes.into_iter().fold(0, |number, byte| (number << 8) | u64::from(byte)))
    }

    /// A name of our own making that sorts by time: an event, or one incarnation of a key.
    pub(crate) fn ulid(&self, now: Instant) -> Result<String, Error> {
        let bits = u128::from_be_bytes(self.bytes()?);
        Ok(Ulid::from_parts(now.millis().unsigned_abs(), bits).to_string())
    }

    /// A number below `bound`, evenly enough for waiting.
    pub(crate) fn below(&self, bound: u64) -> Result<u64, Error> {
        Ok(u64::from_be_bytes(self.bytes()?) % bound.max(1))
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}
