//! Which shadow a request addresses, and which operation it requests, as encoded in MQTT topics.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/reserved-topics.html#reserved-topics-shadow>

use std::fmt;

/// A thing's classic shadow, or one of its named shadows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    thing: String,
    name: Option<String>,
}

/// An operation on a shadow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    Get,
    /// Merge a state into the document.
    Update,
    Delete,
}

impl Address {
    /// Maximum length of a thing's name, in bytes.
    const MAX_THING: usize = 128;
    /// Maximum length of a shadow's name, in bytes.
    const MAX_NAME: usize = 64;

    /// The shadow with this name, or the classic one. `None` if AWS does not allow one of the names.
    #[must_use]
    pub fn new(thing: &str, name: Option<&str>) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
        let thing_is_valid = (1..=Self::MAX_THING).contains(&thing.len()) && thing.bytes().all(plain);
        let name_is_valid = name.is_none_or(|name| {
            (1..=Self::MAX_NAME).contains(&name.len()) && name.bytes().all(|byte| plain(byte) || byte == b'$')
        });
        (thing_is_valid && name_is_valid).then(|| Self { thing: thing.to_owned(), name: name.map(str::to_owned) })
    }

    /// Parses a request's topic; `None` for other topics.
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

    /// The name of the thing.
    #[must_use]
    pub fn thing(&self) -> &str {
        &self.thing
    }

    /// The name of the shadow; `None` for the classic one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The shadow's topic with this suffix, such as `update/delta`.
    #[must_use]
    pub fn topic(&self, end: &str) -> String {
        format!("{self}/{end}")
    }
}

/// The common prefix of the shadow's topics.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$aws/things/{}/shadow", self.thing)?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, "/name/{name}"))
    }
}

impl Operation {
    /// The operation's name in topics.
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
    fn only_request_topics_are_parsed_as_requests() {
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
    fn names_with_path_characters_are_refused() {
        for (thing, name) in [("..", None), ("a/b", None), ("a", Some("../b")), ("", None), ("a", Some(""))] {
            assert_eq!(Address::new(thing, name), None, "{thing} {name:?}");
        }
    }
}
