//! What we accept from others: `deny.toml` judged by cargo-deny.
//!
//! Licences, bans and sources need only the lock file and are always checked. Known vulnerabilities need the `RustSec`
//! database, a git repository. Where it cannot be reached nothing is known, which is said rather than passed over.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::{
    process::{run, shown},
    project::Project,
    steps::Note,
    tools::Tools,
};

/// Checks the dependencies; `require_advisories` makes an unreachable database a failure.
pub fn check(project: &Project, tools: &Tools, require_advisories: bool) -> Result<Note> {
    run(deny(project, tools)?.args(["check", "licenses", "bans", "sources"]))?;
    for function in &project.functions {
        without_aws_lc(project, function)?;
    }
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

/// `deny.toml` sees the workspace as one, where the local broker's rustls has aws-lc. A function is built alone, and must
/// not have it: it would gather entropy at every cold start.
fn without_aws_lc(project: &Project, function: &str) -> Result<()> {
    let mut tree = project.cargo();
    tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--package", function]);
    println!("$ {}", shown(&tree));
    let output = tree.output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr).trim());
    let listed = String::from_utf8_lossy(&output.stdout);
    ensure!(listed.lines().next().is_some_and(|first| first.starts_with(function)), "cargo tree lists nothing");
    ensure!(!has_aws_lc(&listed), "functions/{function} has aws-lc-rs: find out why by `cargo tree -i aws-lc-rs`");
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
    fn aws_lc_is_found_in_a_tree() {
        assert!(has_aws_lc("keys v0.1.0 (/w)\nrustls v0.23.46\naws-lc-rs v1.19.0\n"));
        assert!(!has_aws_lc("keys v0.1.0 (/w)\nrustls v0.23.46\nring v0.17.14\n"));
    }
}
