//! One line of the journal.

use protocol::Word;
use serde::{Deserialize, Serialize};

/// A step that must not be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub enum Record {
    /// The journal is new: of what was requested before, nobody knows what came of it.
    Begun {
        /// When, in seconds since 1970 by the cloud's clock.
        at: i64,
    },
    /// The motor may run from now on.
    Intent {
        /// Which locker.
        locker: u16,
        /// The request's `seq`.
        seq: u64,
        /// The opening's id.
        id: String,
    },
    /// What came of a request, whether it had an intent or not.
    Word {
        /// Which locker.
        locker: u16,
        /// The request's `seq`.
        seq: u64,
        /// What to report.
        word: Word,
    },
    /// The shadow has taken the word on this opening.
    Acknowledged {
        /// Which locker.
        locker: u16,
        /// The opening's id.
        id: String,
    },
    /// The highest `seq` of a locker, where its request is forgotten.
    Highest {
        /// Which locker.
        locker: u16,
        /// Its highest `seq`.
        seq: u64,
    },
    /// Tellings of lockers up to and with this number may be sent without another record.
    Numbers {
        /// The highest number.
        up_to: u64,
    },
}
