//! The topics of one automat. The device policy in `template.yaml` allows these and no others.

use crate::ThingName;

/// The named shadow that opens lockers.
pub const CONTROL_SHADOW: &str = "open";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics(ThingName);

impl Topics {
    #[must_use]
    pub fn of(thing: ThingName) -> Self {
        Self(thing)
    }

    #[must_use]
    pub fn thing(&self) -> &ThingName {
        &self.0
    }

    /// A topic of the shadow: `get`, `update`, and what follows them, such as `get/accepted` and `update/delta`.
    #[must_use]
    pub fn shadow(&self, rest: &str) -> String {
        format!("$aws/things/{}/shadow/name/{CONTROL_SHADOW}/{rest}", self.0)
    }

    /// For keypad entries: Basic Ingest to the rule `automat_keypad`.
    #[must_use]
    pub fn keypad(&self) -> String {
        format!("$aws/rules/automat_keypad/automats/{}/keypad", self.0)
    }

    /// For replies to keypad entries.
    #[must_use]
    pub fn keypad_reply(&self) -> String {
        format!("automats/{}/keypad/reply", self.0)
    }

    /// To ask what may be opened without the cloud: Basic Ingest to the rule `automat_access`.
    #[must_use]
    pub fn access_request(&self) -> String {
        format!("$aws/rules/automat_access/automats/{}/access", self.0)
    }

    /// For the answers, and for the signal that there is something new to ask for.
    #[must_use]
    pub fn access(&self) -> String {
        format!("automats/{}/access/answer", self.0)
    }

    /// For the journal: Basic Ingest to the rule `automat_journal`.
    #[must_use]
    pub fn journal(&self) -> String {
        format!("$aws/rules/automat_journal/automats/{}/journal", self.0)
    }

    /// For receipts of its lines.
    #[must_use]
    pub fn journal_receipt(&self) -> String {
        format!("automats/{}/journal/receipt", self.0)
    }

    /// For reports about the device itself: Basic Ingest to the rule `automat_health`.
    #[must_use]
    pub fn health(&self) -> String {
        format!("$aws/rules/automat_health/automats/{}/health", self.0)
    }

    /// For reports about lockers: Basic Ingest to the rule `automat_lockers`.
    #[must_use]
    pub fn lockers(&self) -> String {
        format!("$aws/rules/automat_lockers/automats/{}/lockers", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_names_its_own_thing() {
        let topics = Topics::of(ThingName::of_automat("lobby"));
        assert_eq!(topics.shadow("update/delta"), "$aws/things/lobby/shadow/name/open/update/delta");
        for topic in [
            topics.keypad(),
            topics.keypad_reply(),
            topics.lockers(),
            topics.access_request(),
            topics.access(),
            topics.journal(),
            topics.journal_receipt(),
            topics.health(),
        ] {
            assert!(topic.split('/').any(|level| level == "lobby"), "{topic}");
        }
    }
}
