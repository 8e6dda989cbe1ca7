//! The secrets under which PINs and return codes are kept.

/// Seals codes and finds them by keyed MAC.
#[derive(Clone)]
pub struct Codes(());

impl Codes {
    /// From the stack's master secret: at least 32 characters of good randomness.
    #[must_use]
    pub fn new(_master: &[u8]) -> Self {
        todo!()
    }
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(…)")
    }
}
