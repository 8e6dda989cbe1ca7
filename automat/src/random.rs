//! Random numbers: for ids, for tokens, and to spread reconnects of many automats.

use ring::rand::{SecureRandom as _, SystemRandom};

#[derive(Debug, thiserror::Error)]
#[error("the system provides no random numbers")]
pub struct NoRandomness;

/// The operating system's cryptographic source.
#[derive(Debug, Clone)]
pub(crate) struct Random(SystemRandom);

impl Random {
    #[expect(clippy::disallowed_methods, reason = "the one place of the device that opens the system's source")]
    pub(crate) fn system() -> Self {
        Self(SystemRandom::new())
    }

    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(bytes)
    }
}
