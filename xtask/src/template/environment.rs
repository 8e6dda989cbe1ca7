//! Every function finds its table and its secret in its environment: a missing name shows here and not at the first
//! request after a deployment.

use super::{FUNCTION, SECRET, TABLE, Template, document::reference};

/// What each function reads at start, and the type of the resource that it must name.
const REQUIRED: [(&str, &str); 2] = [("TABLE_NAME", TABLE), ("CODE_SECRET_ARN", SECRET)];

/// Variables that are missing or name something else.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for function in template.of_type(FUNCTION) {
        for (variable, kind) in REQUIRED {
            let named =
                function.property(&["Environment", "Variables", variable]).and_then(|value| reference(value, "Ref"));
            let is_right =
                named.and_then(|name| template.resource(name)).is_some_and(|resource| resource.kind() == Some(kind));
            if !is_right {
                findings.push(format!("{}: {variable} is not a !Ref to a {kind} of this template", function.name));
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
    fn a_missing_variable_is_found() {
        assert_found(&findings(&with("          TABLE_NAME: !Ref Table\n", "")), "KeysFunction: TABLE_NAME");
    }

    #[test]
    fn a_variable_that_names_another_resource_is_found() {
        assert_found(
            &findings(&with("CODE_SECRET_ARN: !Ref CodeSecret", "CODE_SECRET_ARN: !Ref Table")),
            "KeysFunction: CODE_SECRET_ARN",
        );
    }

    #[test]
    fn a_literal_is_found() {
        assert_found(&findings(&with("TABLE_NAME: !Ref Table", "TABLE_NAME: Table")), "KeysFunction: TABLE_NAME");
    }
}
