//! What cannot be made again outlives the stack: the table, and the secret without which its PINs are lost.

use super::{
    SECRET, TABLE, Template,
    document::{at, literal},
};

/// Tables and secrets that a deployment could delete.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for resource in template.of_type(TABLE).chain(template.of_type(SECRET)) {
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
    fn a_secret_that_goes_when_replaced_is_found() {
        let secret = "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n";
        let without = "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: Retain\n";
        assert_found(&findings(&with(secret, without)), "CodeSecret: UpdateReplacePolicy");
    }
}
