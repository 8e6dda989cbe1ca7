//! What cannot be recreated outlives the stack: the table, the secret without which its PINs are lost, and the key that
//! encrypts both.

use template::{at, literal, reference};

use super::{
    SECRET, Subject, TABLE,
    subject::{Seed, seed},
    topics::KEY,
};

/// The property in which a table and a secret name their encryption key.
const KEY_OF: [(&str, &[&str]); 2] = [(TABLE, &["SSESpecification", "KMSMasterKeyId"]), (SECRET, &["KmsKeyId"])];

/// `RetainExceptOnCreate`: a failed first deployment is rolled back completely. What it created is empty and would
/// otherwise have to be deleted by hand. `UpdateReplacePolicy` does not have this value.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html>
const POLICIES: [(&str, &str); 2] = [("DeletionPolicy", "RetainExceptOnCreate"), ("UpdateReplacePolicy", "Retain")];

/// Tables and secrets that a deployment could delete, or make unreadable by deleting their key.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    let mut kept = Vec::new();
    for (kind, path) in KEY_OF {
        for resource in template.of_type(kind) {
            kept.push(resource);
            let key = resource.property(path).and_then(|key| reference(key, "GetAtt"));
            match key.and_then(|key| template.resource(key.strip_suffix(".Arn")?)) {
                Some(key) if key.kind() == Some(KEY) => kept.push(key),
                _ => findings.push(format!("{}: not encrypted under a key of this template", resource.name)),
            }
        }
    }
    kept.sort_by_key(|resource| resource.name);
    kept.dedup_by_key(|resource| resource.name);
    for resource in kept {
        for (policy, wanted) in POLICIES {
            if at(resource.body, &[policy]).and_then(literal) != Some(wanted) {
                findings.push(format!("{}: {policy} is not {wanted}", resource.name));
            }
        }
    }
    findings
}

pub(super) const SEEDS: &[Seed] = &[
    seed("DeletionPolicy: RetainExceptOnCreate", "DeletionPolicy: Delete", "Table: DeletionPolicy"),
    seed("DeletionPolicy: RetainExceptOnCreate", "DeletionPolicy: Retain", "Table: DeletionPolicy"),
    seed(
        "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Retain\n",
        "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: RetainExceptOnCreate\n",
        "CodeSecret: UpdateReplacePolicy",
    ),
    seed(
        "DataKey:\n    Type: AWS::KMS::Key\n    DeletionPolicy: RetainExceptOnCreate",
        "DataKey:\n    Type: AWS::KMS::Key\n    DeletionPolicy: Delete",
        "DataKey: DeletionPolicy",
    ),
    seed("KMSMasterKeyId: !GetAtt DataKey.Arn", "KeyId: none", "Table: not encrypted"),
    seed("KmsKeyId: !GetAtt DataKey.Arn", "Name: codes", "CodeSecret: not encrypted"),
];
