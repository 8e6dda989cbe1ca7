//! What the ends and the page share.

use crate::behaviour::Conduct;
use crate::outbox::InstantSource;
use crate::sent::What;
use crate::tray::Tray;

pub(crate) struct Service {
    pub(crate) tray: Tray,
    pub(crate) conduct: Conduct,
    /// The ARNs of the topics that there are.
    pub(crate) topics: Vec<String>,
    /// SES's configuration sets that there are.
    pub(crate) configuration_sets: Vec<String>,
    pub(crate) now: InstantSource,
}

impl Service {
    /// Takes a message, and answers its id.
    pub(crate) fn take(&self, what: What) -> String {
        self.tray.take((self.now)(), what)
    }
}

/// Why an end does not take a call although nothing is wrong with it: it was told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Refused,
    Throttled,
    Failed,
}
