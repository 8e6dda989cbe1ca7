//! Topics are encrypted under a key of ours: with `alias/aws/sns`, what an AWS service sends is dropped without a word.
//! And all such keys are renewed.

use super::{
    Subject,
    document::reference,
    subject::{Seed, WATCH, seed},
};

const TOPIC: &str = "AWS::SNS::Topic";
pub(super) const KEY: &str = "AWS::KMS::Key";

/// Topics without a key of this template, and keys that are never renewed.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for (_, template) in subject.templates() {
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
    }
    findings
}

pub(super) const SEEDS: &[Seed] = &[
    seed("KmsMasterKeyId: !GetAtt KeyEventsKey.Arn", "KmsMasterKeyId: alias/aws/sns", "KeyEvents: not encrypted"),
    seed("KmsMasterKeyId: !GetAtt KeyEventsKey.Arn", "TopicName: events", "KeyEvents: not encrypted"),
    seed("EnableKeyRotation: true", "EnableKeyRotation: false", "DataKey: is never renewed"),
    seed("KmsMasterKeyId: !GetAtt AlarmsKey.Arn", "TopicName: alarms", "Alarms: not encrypted").in_file(WATCH),
];
