//! Third-party code: `deny.toml` checked by cargo-deny, and the Python and npm tools pinned by version and hash.
//!
//! Licences, bans and sources need only the lock file and are always checked. Known vulnerabilities need the `RustSec`
//! database, a git repository. If it cannot be reached, the summary says that they were not checked.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{
    process::{run, text},
    project::Project,
    steps::Note,
    tools::Tools,
};

/// Checks the dependencies. `require_advisories` makes an unreachable database an error.
pub fn check(project: &Project, tools: &Tools, require_advisories: bool) -> Result<Note> {
    run(deny(project, tools)?.args(["check", "licenses", "bans", "sources"]))?;
    pinned(project)?;
    without_aws_lc(project)?;
    if run(deny(project, tools)?.args(["fetch", "db"])).is_ok() {
        run(deny(project, tools)?.args(["--offline", "check", "advisories"]))?;
        return Ok("advisories checked".to_owned());
    }
    if require_advisories {
        bail!("advisories not checked: database unreachable");
    }
    println!("advisories: NOT CHECKED, the database is unreachable from here");
    Ok("advisories NOT CHECKED: database unreachable".to_owned())
}

/// Every `requirements.txt` in the repository pins each package by version and hash and has the `.in` file it is
/// generated from; every npm package has a hash.
fn pinned(project: &Project) -> Result<()> {
    for (file, list) in files_named(project, "*requirements*.txt")? {
        let source = project.root.join(&file).with_extension("in");
        let source = fs::read_to_string(&source).with_context(|| format!("{file} has no {}", source.display()))?;
        let findings = unpinned(&source, &list);
        ensure!(findings.is_empty(), "{file}: {}", findings.join(", "));
    }
    for (file, lock) in files_named(project, "*package-lock.json")? {
        let findings = unhashed(&serde_json::from_str(&lock).with_context(|| file.clone())?);
        ensure!(findings.is_empty(), "{file} has no hash of {}", findings.join(", "));
    }
    Ok(())
}

/// The paths and texts of the repository's files whose path fits `pattern`. An error if there is none.
fn files_named(project: &Project, pattern: &str) -> Result<Vec<(String, String)>> {
    let mut list = Command::new("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard", pattern]);
    let files = text(list.current_dir(&project.root))?;
    ensure!(!files.is_empty(), "git lists no {pattern}");
    let read = |file: &str| {
        let content = fs::read_to_string(project.root.join(file)).with_context(|| file.to_owned())?;
        Ok((file.to_owned(), content))
    };
    files.lines().map(read).collect()
}

/// The npm packages without a hash. The first entry is our own package.
fn unhashed(lock: &Value) -> Vec<String> {
    let packages = lock["packages"].as_object().into_iter().flatten().filter(|(name, _)| !name.is_empty());
    let is_hashed = |package: &Value| package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-"));
    packages.filter(|(_, package)| !is_hashed(package)).map(|(name, _)| name.clone()).collect()
}

/// Packages in the `.in` file that are missing from the list, and packages in the list without an exact version or a
/// hash.
fn unpinned(source: &str, list: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut listed = Vec::new();
    let joined = list.replace("\\\n", " ");
    for line in joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut fields = line.split_whitespace();
        let package = fields.next().unwrap_or_default();
        listed.push(package);
        if !package.contains("==") {
            findings.push(format!("{package} has no exact version"));
        }
        if !fields.any(|field| field.starts_with("--hash=sha256:")) {
            findings.push(format!("{package} has no hash"));
        }
    }
    let asked = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for package in asked.filter(|package| !listed.contains(package)) {
        findings.push(format!("{package} is in the .in file but not in the list"));
    }
    findings
}

/// `deny.toml` checks the workspace as a whole, in which the local broker's rustls uses aws-lc. Functions are built
/// without it and must not contain it: it would gather entropy at every cold start.
fn without_aws_lc(project: &Project) -> Result<()> {
    let mut tree = project.cargo();
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
    for function in &project.functions {
        tree.args(["--package", function]);
    }
    let listed = text(&mut tree)?;
    ensure!(listed.lines().count() > project.functions.len(), "cargo tree lists nothing");
    ensure!(!has_aws_lc(&listed), "a function depends on aws-lc-rs; `cargo tree -i aws-lc-rs` shows why");
    Ok(())
}

fn has_aws_lc(tree: &str) -> bool {
    tree.lines().any(|line| line.starts_with("aws-lc-"))
}

fn deny(project: &Project, tools: &Tools) -> Result<Command> {
    let mut command = tools.command("cargo-deny")?;
    command.arg("--locked").arg("--manifest-path").arg(project.root.join("Cargo.toml"));
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_version_or_a_hash_and_one_that_is_forgotten_are_found() {
        let list = "a==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via -r requirements.in\n";
        assert_eq!(unpinned("# asked\na==1.0\n", list), Vec::<String>::new());
        assert_eq!(unpinned("a==1.1\n", list), ["a==1.1 is in the .in file but not in the list"]);
        assert_eq!(unpinned("", "a==1.0\n"), ["a==1.0 has no hash"]);
        assert_eq!(unpinned("", "a>=1.0 --hash=sha256:00\n"), ["a>=1.0 has no exact version"]);
        assert_eq!(unpinned("", "a @ https://elsewhere/a.whl\n").len(), 2);
    }

    #[test]
    fn what_npm_would_take_unseen_is_found() {
        let lock = serde_json::json!({"packages": {
            "": {"dependencies": {"a": "1.0.0"}},
            "node_modules/a": {"version": "1.0.0", "integrity": "sha512-AA=="},
            "node_modules/b": {"version": "1.0.0", "integrity": "sha1-AA=="},
            "node_modules/c": {"resolved": "git+ssh://elsewhere/c.git"}
        }});
        assert_eq!(unhashed(&lock), ["node_modules/b", "node_modules/c"]);
    }

    #[test]
    fn aws_lc_is_found_in_a_tree() {
        assert!(has_aws_lc("keys v0.1.0 (/w)\nrustls v0.23.46\naws-lc-rs v1.19.0\n"));
        assert!(!has_aws_lc("keys v0.1.0 (/w)\nrustls v0.23.46\nring v0.17.14\n"));
    }
}
