//! One line of the journal.

use protocol::OpeningReport;
use serde::{Deserialize, Serialize};

/// A change that must survive a power cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub enum Record {
    /// The journal is new: the results of earlier requests are unknown.
    Started {
        /// In seconds since 1970, by the cloud's clock.
        at: i64,
    },
    /// The motor may run from now on.
    Intent { locker: u16, seq: u64, id: String },
    /// The result of a request, with or without an intent before.
    Report { locker: u16, seq: u64, report: OpeningReport },
    /// The shadow has accepted the report of this opening.
    Acknowledged { locker: u16, id: String },
    /// The highest `seq` of a locker whose request is forgotten.
    Highest { locker: u16, seq: u64 },
    /// Locker reports with numbers up to this one may be sent without another record.
    Numbers { up_to: u64 },
}
