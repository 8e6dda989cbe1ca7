//! What cannot be made again outlives the stack: the table, the secret without which its PINs are lost, and the key
//! without which neither can be read.

use super::{
    SECRET, TABLE, Template,
    document::{at, literal, reference},
    topics::KEY,
};

/// Where a table and a secret name the key that they are encrypted with.
const KEY_OF: [(&str, &[&str]); 2] = [(TABLE, &["SSESpecification", "KMSMasterKeyId"]), (SECRET, &["KmsKeyId"])];

/// Tables and secrets that a deployment could delete, or lock up by deleting their key.
pub(super) fn findings(template: &Template) -> Vec<String> {
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
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if at(resource.body, &[policy]).and_then(literal) != Some("Retain") {
                findings.push(format!("{}: {policy} is not Retain", resource.name));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::seeded::{assert_found, with};

    #[test]
    fn a_table_that_goes_with_its_stack_is_found() {
        assert_found(&findings(&with("DeletionPolicy: Retain", "DeletionPolicy: Delete")), "Table: DeletionPolicy");
    }

    #[test]
    fn a_key_that_goes_before_what_it_encrypts_is_found() {
        let key = "DataKey:\n    Type: AWS::KMS::Key\n    DeletionPolicy: Retain";
        assert_found(&findings(&with(key, &key.replace("Retain", "Delete"))), "DataKey: DeletionPolicy");
    }

    #[test]
    fn what_is_encrypted_under_no_key_of_ours_is_found() {
        assert_found(&findings(&with("KMSMasterKeyId: !GetAtt DataKey.Arn", "KeyId: none")), "Table: not encrypted");
        assert_found(&findings(&with("KmsKeyId: !GetAtt DataKey.Arn", "Name: codes")), "CodeSecret: not encrypted");
    }

    #[test]
    fn a_secret_that_goes_when_replaced_is_found() {
        let secret = "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n";
        let without = "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: Retain\n";
        assert_found(&findings(&with(secret, without)), "CodeSecret: UpdateReplacePolicy");
    }
}
