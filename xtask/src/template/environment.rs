//! Every function has its table and its secret in its environment: a missing variable is found here and not at the
//! first request after a deployment. A test of the end-to-end suite checks all other variables against the code
//! (`tests/tests/documents.rs`).

use template::reference;

use super::{
    FUNCTION, SECRET, Subject, TABLE,
    subject::{Seed, seed},
};

/// The variables of each function, and the type of the resource that each must refer to.
const REQUIRED: [(&str, &str); 2] = [("TABLE_NAME", TABLE), ("CODE_SECRET_ARN", SECRET)];

/// Variables that are missing or refer to something else.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
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

pub(super) const SEEDS: &[Seed] = &[
    seed("          TABLE_NAME: !Ref Table\n", "", "KeysFunction: TABLE_NAME"),
    seed("TABLE_NAME: !Ref Table", "TABLE_NAME: Table", "KeysFunction: TABLE_NAME"),
    seed("CODE_SECRET_ARN: !Ref CodeSecret", "CODE_SECRET_ARN: !Ref Table", "KeysFunction: CODE_SECRET_ARN"),
];
