//! Which shadow a request is for, and what it wants of it, as MQTT topics say it.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/reserved-topics.html#reserved-topics-shadow>

use std::fmt;

/// A shadow: the thing's classic one, or one that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    thing: String,
    name: Option<String>,
}

/// What may be asked of a shadow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Read it.
    Get,
    /// Merge a state into it.
    Update,
    /// Remove it.
    Delete,
}

impl Address {
    /// The longest name of a thing, in bytes.
    const MAX_THING: usize = 128;
    /// The longest name of a shadow, in bytes.
    const MAX_NAME: usize = 64;

    /// The shadow of that name, or the classic one. `None` if AWS would not have a thing or a shadow of these names.
    #[must_use]
    pub fn new(thing: &str, name: Option<&str>) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
        let thing_is_valid = (1..=Self::MAX_THING).contains(&thing.len()) && thing.bytes().all(plain);
        let name_is_valid = name.is_none_or(|name| {
            (1..=Self::MAX_NAME).contains(&name.len()) && name.bytes().all(|byte| plain(byte) || byte == b'$')
        });
        (thing_is_valid && name_is_valid).then(|| Self { thing: thing.to_owned(), name: name.map(str::to_owned) })
    }

    /// The request that a message on this topic is, if it is one.
    #[must_use]
    pub fn of_request(topic: &str) -> Option<(Self, Operation)> {
        let (thing, rest) = topic.strip_prefix("$aws/things/")?.split_once("/shadow/")?;
        let (name, operation) = match rest.strip_prefix("name/") {
            Some(named) => named.split_once('/').map(|(name, operation)| (Some(name), operation))?,
            None => (None, rest),
        };
        let operation = match operation {
            "get" => Operation::Get,
            "update" => Operation::Update,
            "delete" => Operation::Delete,
            _ => return None,
        };
        Some((Self::new(thing, name)?, operation))
    }

    /// The thing.
    #[must_use]
    pub fn thing(&self) -> &str {
        &self.thing
    }

    /// The shadow's name; the classic shadow has none.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The topic of the shadow that ends so: `update/delta`, say.
    #[must_use]
    pub fn topic(&self, end: &str) -> String {
        format!("{self}/{end}")
    }
}

/// What all topics of the shadow begin with.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$aws/things/{}/shadow", self.thing)?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, "/name/{name}"))
    }
}

impl Operation {
    /// What the operation is called in topics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_from_all_other_topics() {
        let named = Address::new("lobby:2", Some("open")).unwrap();
        let topic = named.topic("update");
        assert_eq!(topic, "$aws/things/lobby:2/shadow/name/open/update");
        assert_eq!(Address::of_request(&topic), Some((named, Operation::Update)));
        let classic = Address::new("lobby", None).unwrap();
        assert_eq!(Address::of_request(&classic.topic("get")), Some((classic, Operation::Get)));
        for other in [
            "$aws/things/lobby/shadow/name/open/update/accepted",
            "$aws/things/lobby/shadow/update/delta",
            "$aws/things/lobby/shadow/name/open",
            "$aws/things//shadow/get",
            "$aws/things/a/b/shadow/get",
            "things/lobby/shadow/get",
        ] {
            assert_eq!(Address::of_request(other), None, "{other}");
        }
    }

    #[test]
    fn names_that_lead_out_of_a_folder_are_no_names() {
        for (thing, name) in [("..", None), ("a/b", None), ("a", Some("../b")), ("", None), ("a", Some(""))] {
            assert_eq!(Address::new(thing, name), None, "{thing} {name:?}");
        }
    }
}
