//! Topics are encrypted with the stack's only key (ADR 0040): with `alias/aws/sns`, messages of AWS services are
//! dropped silently. The key also encrypts the table, so a service with access by the key policy gets it for a topic
//! only.

use template::{Resource, Value, at, literal, reference, texts};

use super::{
    Subject,
    permissions::statements,
    subject::{Seed, WATCH, seed},
};

const TOPIC: &str = "AWS::SNS::Topic";
pub(super) const KEY: &str = "AWS::KMS::Key";

/// What a service may do with the key for a topic.
const FOR_A_TOPIC: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// Conditions that restrict a service's grant: the account, the resource, and the topic. SNS uses the topic's ARN as
/// encryption context, which a condition can check:
///
/// <https://docs.amazonaws.cn/en_us/gamelift/latest/flexmatchguide/queue-notification-sns-sse.html>
const NARROWED_BY: [(&str, &str); 3] = [
    ("StringEquals", "aws:SourceAccount"),
    ("ArnLike", "aws:SourceArn"),
    ("StringLike", "kms:EncryptionContext:aws:sns:topicArn"),
];

/// Topics without the stack's key, more than one key, keys without rotation, and services with access for more than a
/// topic.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let mut keys = Vec::new();
    for (file, template) in subject.templates() {
        for topic in template.of_type(TOPIC) {
            if !has_a_key(subject, file, topic) {
                findings.push(format!("{}: not encrypted under the stack's key", topic.name));
            }
        }
        keys.extend(template.of_type(KEY));
    }
    findings.extend(keys.iter().skip(1).map(|key| format!("{}: a second key has a monthly price", key.name)));
    for key in keys {
        if key.property(&["EnableKeyRotation"]).and_then(Value::as_bool) != Some(true) {
            findings.push(format!("{}: is never rotated", key.name));
        }
        let statements = key.property(&["KeyPolicy"]).map(statements).unwrap_or_default();
        findings.extend(statements.into_iter().filter_map(|statement| too_wide(key.name, statement)));
    }
    findings
}

/// Whether a topic uses the stack's key, by name or by a parameter of a nested stack.
fn has_a_key(subject: &Subject, file: &str, topic: Resource<'_>) -> bool {
    let Some(key) = topic.property(&["KmsMasterKeyId"]) else { return false };
    let stacks = || subject.root.of_type("AWS::CloudFormation::Stack");
    let given = reference(key, "Ref").and_then(|parameter| {
        stacks().find(|stack| stack.text(&["TemplateURL"]) == Some(file))?.property(&["Parameters", parameter])
    });
    let name = reference(given.unwrap_or(key), "GetAtt").and_then(|key| key.strip_suffix(".Arn"));
    name.and_then(|name| subject.root.resource(name)).is_some_and(|key| key.kind() == Some(KEY))
}

/// What is wrong with a statement in a key policy that gives a service access.
fn too_wide(key: &str, statement: &Value) -> Option<String> {
    at(statement, &["Principal", "Service"])?;
    let id = at(statement, &["Sid"]).and_then(literal).unwrap_or_default();
    let action = at(statement, &["Action"]).map(texts).unwrap_or_default();
    if let Some(action) = action.into_iter().find(|action| !FOR_A_TOPIC.contains(action)) {
        return Some(format!("{key} {id}: {action} is not needed for a topic"));
    }
    let missing = NARROWED_BY
        .iter()
        .find(|(operator, name)| at(statement, &["Condition", operator, name]).is_none_or(|value| !is_narrow(value)));
    missing.map(|(operator, name)| format!("{key} {id}: {operator} {name} does not restrict it"))
}

/// Whether a value refers to this stack or account.
fn is_narrow(value: &Value) -> bool {
    let own = |text: &str| text.contains("AWS::AccountId") || text.contains("AWS::StackName");
    let texts = texts(value);
    !texts.is_empty() && texts.into_iter().all(own)
}

pub(super) const SEEDS: &[Seed] = &[
    seed("KmsMasterKeyId: !GetAtt DataKey.Arn", "KmsMasterKeyId: alias/aws/sns", "KeyEvents: not encrypted"),
    seed("KmsMasterKeyId: !GetAtt DataKey.Arn", "TopicName: events", "KeyEvents: not encrypted"),
    seed("KmsMasterKeyId: !Ref DataKey", "TopicName: alarms", "Alarms: not encrypted").in_file(WATCH),
    seed("KmsMasterKeyId: !Ref DataKey", "KmsMasterKeyId: !Ref Name", "Alarms: not encrypted").in_file(WATCH),
    seed("DataKey: !GetAtt DataKey.Arn", "DataKey: alias/aws/sns", "Alarms: not encrypted"),
    seed("EnableKeyRotation: true", "EnableKeyRotation: false", "DataKey: is never rotated"),
    seed(
        "\nResources:\n",
        "\nResources:\n  AlarmsKey:\n    Type: AWS::KMS::Key\n    Properties: { EnableKeyRotation: true }\n\n",
        "AlarmsKey: a second key",
    )
    .in_file(WATCH),
    seed(
        "              - kms:GenerateDataKey\n            Resource: \"*\" # this key",
        "              - kms:CreateGrant\n            Resource: \"*\" # this key",
        "DataKey Alarms: kms:CreateGrant is not needed",
    ),
    seed(
        "              StringEquals: { aws:SourceAccount: !Ref AWS::AccountId }\n              ArnLike:\n",
        "              ArnLike:\n",
        "DataKey Alarms: StringEquals aws:SourceAccount",
    ),
    seed(
        "                aws:SourceArn: !Sub arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*\n",
        "                aws:SourceArn: arn:aws:cloudwatch:*:*:alarm:*\n",
        "DataKey Alarms: ArnLike aws:SourceArn",
    ),
    // Without the context, CloudWatch could decrypt data of the table and the secret.
    seed(
        "              StringLike:\n                kms:EncryptionContext:aws:sns:topicArn: !Sub",
        "              StringNotLike:\n                kms:EncryptionContext:aws:sns:topicArn: !Sub",
        "DataKey Alarms: StringLike kms:EncryptionContext:aws:sns:topicArn",
    ),
];
