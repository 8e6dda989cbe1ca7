//! Each function is built from the package of its name under `functions/`, and each such package is deployed. All are
//! compiled together: the workspace's `Cargo.toml` lists them for cargo-lambda.

use template::{Resource, at, literal};

use super::{FUNCTION, Subject, subject::TOGETHER};

/// The name of a function's binary, which the template alone defines.
pub fn binary(function: Resource<'_>) -> Option<&str> {
    at(function.body, &["Metadata", "BuildProperties", "Binary"]).and_then(literal)
}

/// Functions without a package and packages without a function.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let packages = &subject.packages;
    let mut findings = Vec::new();
    let mut deployed = Vec::new();
    for function in subject.root.of_type(FUNCTION) {
        if at(function.body, &["Metadata", "BuildMethod"]).and_then(literal) != Some("rust-cargolambda") {
            findings.push(format!("{}: not built by rust-cargolambda", function.name));
        }
        let Some(binary) = binary(function) else {
            findings.push(format!("{}: has no Binary", function.name));
            continue;
        };
        if !packages.iter().any(|package| package == binary) {
            findings.push(format!("{}: no package {binary} in functions/", function.name));
        }
        // In the root folder, cargo would build with the features of all members.
        let folder = format!("functions/{binary}");
        if function.text(&["CodeUri"]) != Some(&folder) {
            findings.push(format!("{}: CodeUri is not {folder}", function.name));
        }
        if deployed.contains(&binary) {
            findings.push(format!("{}: {binary} is another function's binary too", function.name));
        }
        deployed.push(binary);
    }
    for package in packages {
        if !deployed.contains(&package.as_str()) {
            findings.push(format!("functions/{package} is not the binary of a function"));
        }
        // If it is missing, its dependencies are compiled again with other features.
        if !subject.together.contains(package) {
            findings.push(format!("{TOGETHER}: {package} is missing"));
        }
    }
    for package in subject.together.iter().filter(|package| !packages.contains(package)) {
        findings.push(format!("{TOGETHER}: no {package} in functions/"));
    }
    findings
}
