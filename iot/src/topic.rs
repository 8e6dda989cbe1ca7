//! Topic filters, with AWS's reading of the wildcards.

/// Whether a topic is one that the filter means. As in MQTT 3.1.1, a wildcard in front means no topic that begins with
/// `$`, and `a/#` means `a` too.
#[must_use]
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let (mut filters, mut levels) = (filter.split('/'), topic.split('/'));
    loop {
        match (filters.next(), levels.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
}

/// Whether AWS would deliver a message on this topic: not empty, without wildcards, at most 256 bytes.
#[must_use]
pub fn is_valid(topic: &str) -> bool {
    (1..=256).contains(&topic.len()) && !topic.contains(['+', '#', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_by_level() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/b/c", false),
            ("a/+/c", "a/b/c", true),
            ("a/+", "a/b/c", false),
            ("a/+", "a/", true),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("a/#", "ab", false),
            ("#", "a/b", true),
            ("#", "$aws/b", false),
            ("+/b", "$aws/b", false),
            ("$aws/#", "$aws/b", true),
            ("$aws/things/+/shadow/#", "$aws/things/lobby/shadow/get", true),
        ] {
            assert_eq!(matches(filter, topic), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn topics_to_publish_to_have_no_wildcards() {
        assert!(is_valid("a/b"));
        assert!(!is_valid("a/+") && !is_valid("#") && !is_valid("") && !is_valid(&"a".repeat(257)));
    }
}
