//! The name of an automat in AWS IoT Core.

use std::fmt;

/// The name of an automat's thing, also its MQTT client id: the `automatId` with `:` in place of `.`. Thing names must
/// not contain `.`, and automat ids must not contain `:`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThingName(String);

impl ThingName {
    #[must_use]
    pub fn of_automat(automat_id: &str) -> Self {
        Self(automat_id.replace('.', ":"))
    }

    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    #[must_use]
    pub fn automat_id(&self) -> String {
        self.0.replace(':', ".")
    }

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
    fn a_thing_name_converts_back_to_its_automat_id() {
        let thing = ThingName::of_automat("lobby.2-a_b");
        assert_eq!((thing.as_str(), thing.automat_id().as_str()), ("lobby:2-a_b", "lobby.2-a_b"));
    }
}
