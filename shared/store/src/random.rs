//! The random source: passed in, so that a test can know what it will say.

use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};

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
        self.0.fill(&mut bytes).map_err(|_| Error::Internal { context: "drawing random bytes", source: None })?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}
