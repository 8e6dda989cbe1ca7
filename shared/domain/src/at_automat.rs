//! Whether an automat knows a contract, so that its PIN works there without a connection.

use strum::{IntoStaticStr, VariantNames};

use crate::Instant;

/// Of several, the last in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum AtAutomat {
    /// The automat has confirmed the contract as it is.
    Held,
    /// It has not. The PIN works there only while the automat is connected.
    Pending,
    /// It has no connection, and knows the contract as it was before a change. By that it may open lockers until this time.
    Revoking { until: Instant },
}

impl AtAutomat {
    /// Until when it may open lockers by what the contract was before.
    #[must_use]
    pub fn revoking_until(self) -> Option<Instant> {
        match self {
            Self::Revoking { until } => Some(until),
            Self::Held | Self::Pending => None,
        }
    }
}
