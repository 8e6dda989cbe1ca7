//! Whether an automat knows a contract, so that its PIN works there without a connection.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::Instant;

/// Of several, the last in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AtAutomat {
    /// The automat has confirmed the contract as it is.
    Held,
    /// It has not. The PIN works there only while the automat is connected.
    Pending,
    /// It has no connection, and knows the contract as it was before a change. By that it may open lockers until this time.
    Revoking { until: Instant },
}
