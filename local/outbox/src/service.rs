//! State shared by the services and the page.

use crate::behaviour::Behaviours;
use crate::message_store::MessageStore;
use crate::outbox::InstantSource;
use crate::sent::What;

pub(crate) struct Service {
    pub(crate) messages: MessageStore,
    pub(crate) behaviours: Behaviours,
    /// ARNs of existing topics.
    pub(crate) topics: Vec<String>,
    /// Names of existing SES configuration sets.
    pub(crate) configuration_sets: Vec<String>,
    pub(crate) now: InstantSource,
}

impl Service {
    /// Keeps a message, and returns its id.
    pub(crate) fn keep(&self, what: What) -> String {
        self.messages.add((self.now)(), what)
    }
}

/// A simulated fault: why a valid call is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Refused,
    Throttled,
    Failed,
}
