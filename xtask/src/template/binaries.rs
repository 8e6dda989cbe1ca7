//! Each function is built from the package of its name under `functions/`, and each such package is deployed.

use super::{
    FUNCTION, Template,
    document::{at, literal},
};

/// Functions without a package and packages without a function.
pub(super) fn findings(template: &Template, packages: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut deployed = Vec::new();
    for function in template.of_type(FUNCTION) {
        let metadata = |path: &[&str]| at(function.body, &[&["Metadata"], path].concat()).and_then(literal);
        if metadata(&["BuildMethod"]) != Some("rust-cargolambda") {
            findings.push(format!("{}: not built by rust-cargolambda", function.name));
        }
        let Some(binary) = metadata(&["BuildProperties", "Binary"]) else {
            findings.push(format!("{}: names no Binary", function.name));
            continue;
        };
        if !packages.iter().any(|package| package == binary) {
            findings.push(format!("{}: no package {binary} in functions/", function.name));
        }
        // From the root, cargo would build with the features of all members together.
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
            findings.push(format!("functions/{package} is no function's binary"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::seeded::{assert_found, sound, with};

    fn packages() -> Vec<String> {
        template_binaries(&sound())
    }

    fn template_binaries(template: &Template) -> Vec<String> {
        let path = ["Metadata", "BuildProperties", "Binary"];
        template
            .of_type(FUNCTION)
            .filter_map(|function| at(function.body, &path).and_then(literal).map(str::to_owned))
            .collect()
    }

    #[test]
    fn a_function_without_a_package_is_found() {
        assert_found(&findings(&sound(), &packages()[1..]), "no package keys");
    }

    #[test]
    fn a_package_without_a_function_is_found() {
        assert_found(&findings(&sound(), &[packages(), vec!["forgotten".to_owned()]].concat()), "functions/forgotten");
    }

    #[test]
    fn a_function_that_names_no_binary_is_found() {
        assert_found(
            &findings(&with("        Binary: keys\n", "        Other: keys\n"), &packages()),
            "names no Binary",
        );
    }

    #[test]
    fn another_build_method_is_found() {
        assert_found(
            &findings(&with("BuildMethod: rust-cargolambda", "BuildMethod: makefile"), &packages()),
            "rust-cargolambda",
        );
    }

    #[test]
    fn another_folder_is_found() {
        assert_found(
            &findings(&with("CodeUri: functions/keys", "CodeUri: ."), &packages()),
            "CodeUri is not functions/keys",
        );
    }

    #[test]
    fn a_binary_deployed_twice_is_found() {
        assert_found(&findings(&with("Binary: contracts", "Binary: keys"), &packages()), "another function's binary");
    }
}
