//! Topics and topic filters, with AWS's limits and its interpretation of wildcards.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-protocol-limits>, *Topic size*: "limited to 256 bytes of
//! UTF-8 encoded characters"; *Maximum number of slashes in topic and topic filter*: "limited to 7 forward slashes".
//! Both exclude the first three segments of a Basic Ingest topic, `$aws/rules/rule-name/`.

use crate::rules::BASIC_INGEST;

const MAX_BYTES: usize = 256;
const MAX_SLASHES: usize = 7;

/// Whether a topic matches a filter. As in MQTT 3.1.1, a leading wildcard does not match topics that start with `$`,
/// and `a/#` also matches `a`.
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

/// Whether AWS accepts messages on this topic: it is within the limits, and has no wildcards.
#[must_use]
pub fn is_valid(topic: &str) -> bool {
    is_within_limits(topic) && !topic.contains(['+', '#', '\0'])
}

/// Whether a topic or filter is within AWS's limits, and not empty.
#[must_use]
pub fn is_within_limits(topic: &str) -> bool {
    let counted =
        topic.strip_prefix(BASIC_INGEST).map_or(topic, |rest| rest.split_once('/').map_or("", |(_, rest)| rest));
    !topic.is_empty() && counted.len() <= MAX_BYTES && counted.matches('/').count() <= MAX_SLASHES
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
        assert!(!is_valid("a/+") && !is_valid("#") && !is_valid(""));
    }

    #[test]
    fn topics_are_limited_to_256_bytes_and_7_slashes() {
        let (long, deep) = ("a".repeat(MAX_BYTES), "/".repeat(MAX_SLASHES));
        assert!(is_valid(&long) && is_valid(&deep) && is_within_limits(&format!("+{deep}#")));
        assert!(!is_valid(&format!("{long}a")) && !is_valid(&"ä".repeat(129)) && !is_valid(&format!("{deep}/")));
        assert!(!is_within_limits(&format!("+/{deep}#")));
    }

    #[test]
    fn the_rule_of_a_basic_ingest_topic_does_not_count() {
        let (long, deep) = ("a".repeat(MAX_BYTES), "/".repeat(MAX_SLASHES));
        assert!(is_valid(&format!("$aws/rules/keypad/{long}")) && is_valid(&format!("$aws/rules/keypad/{deep}")));
        assert!(!is_valid(&format!("$aws/rules/keypad/{long}a")) && !is_valid(&format!("$aws/rules/keypad/{deep}/")));
    }
}
