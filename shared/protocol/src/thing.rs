//! The name by which AWS IoT Core knows an automat.

use std::fmt;

/// The name of an automat's thing, which is its MQTT client id too: its `automatId`, with `:` for `.`, which things may
/// not have in their names and automats not in theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThingName(String);

impl ThingName {
    /// The thing of an automat.
    #[must_use]
    pub fn of_automat(automat_id: &str) -> Self {
        Self(automat_id.replace('.', ":"))
    }

    /// A thing by its own name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The `automatId` of the automat that it is.
    #[must_use]
    pub fn automat_id(&self) -> String {
        self.0.replace(':', ".")
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ThingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_things_name_leads_back_to_its_automat() {
        let thing = ThingName::of_automat("lobby.2-a_b");
        assert_eq!((thing.as_str(), thing.automat_id().as_str()), ("lobby:2-a_b", "lobby.2-a_b"));
    }
}
