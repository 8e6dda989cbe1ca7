//! Topics are encrypted under a key of ours: with `alias/aws/sns`, what an AWS service sends is dropped without a word.
//! And all such keys are renewed.

use super::{Template, document::reference};

const TOPIC: &str = "AWS::SNS::Topic";
pub(super) const KEY: &str = "AWS::KMS::Key";

/// Topics without a key of this template, and keys that are never renewed.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for topic in template.of_type(TOPIC) {
        let key = topic.property(&["KmsMasterKeyId"]).and_then(|key| reference(key, "GetAtt"));
        let key = key.and_then(|key| template.resource(key.strip_suffix(".Arn")?));
        if key.is_none_or(|key| key.kind() != Some(KEY)) {
            findings.push(format!("{}: not encrypted under a key of this template", topic.name));
        }
    }
    for key in template.of_type(KEY) {
        if key.property(&["EnableKeyRotation"]).and_then(serde_norway::Value::as_bool) != Some(true) {
            findings.push(format!("{}: is never renewed", key.name));
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
        for (key, ours) in
            [("DataKey", "the table and the master secret"), ("KeyEventsKey", "what the topic KeyEvents holds")]
        {
            let renewed = format!("Description: Encrypts {ours}\n      EnableKeyRotation: true");
            assert_found(&findings(&with(&renewed, &renewed.replace("true", "false"))), &format!("{key}: is never"));
        }
    }
}
