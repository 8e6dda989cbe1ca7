//! Topics are encrypted under a key of ours: with `alias/aws/sns`, what an AWS service sends is dropped without a word.

use super::{Template, document::reference};

const TOPIC: &str = "AWS::SNS::Topic";
const KEY: &str = "AWS::KMS::Key";

/// Topics without a key of this template, and such keys that are never renewed.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for topic in template.of_type(TOPIC) {
        let key = topic.property(&["KmsMasterKeyId"]).and_then(|key| reference(key, "GetAtt"));
        let key = key.and_then(|key| template.resource(key.strip_suffix(".Arn")?));
        match key.filter(|key| key.kind() == Some(KEY)) {
            None => findings.push(format!("{}: not encrypted under a key of this template", topic.name)),
            Some(key) if key.property(&["EnableKeyRotation"]).and_then(serde_norway::Value::as_bool) != Some(true) => {
                findings.push(format!("{}: is never renewed", key.name));
            }
            Some(_) => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::seeded::{assert_found, with};

    #[test]
    fn a_topic_without_a_key_of_ours_is_found() {
        let key = "KmsMasterKeyId: !GetAtt KeyEventsKey.Arn";
        assert_found(&findings(&with(key, "KmsMasterKeyId: alias/aws/sns")), "KeyEvents: not encrypted");
        assert_found(&findings(&with(key, "TopicName: events")), "KeyEvents: not encrypted");
    }

    #[test]
    fn a_key_that_is_never_renewed_is_found() {
        assert_found(&findings(&with("EnableKeyRotation: true", "EnableKeyRotation: false")), "KeyEventsKey");
    }
}
