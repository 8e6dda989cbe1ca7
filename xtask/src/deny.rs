//! What we accept from others: `deny.toml` judged by cargo-deny.
//!
//! Licences, bans and sources need only the lock file and are always checked. Known vulnerabilities need the `RustSec`
//! database, a git repository. Where it cannot be reached nothing is known, which is said rather than passed over.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{process::run, project::Project, steps::Note, tools::Tools};

/// Checks the dependencies; `require_advisories` makes an unreachable database a failure.
pub fn check(project: &Project, tools: &Tools, require_advisories: bool) -> Result<Note> {
    run(deny(project, tools)?.args(["check", "licenses", "bans", "sources"]))?;
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

fn deny(project: &Project, tools: &Tools) -> Result<Command> {
    let mut command = tools.command("cargo-deny")?;
    command.arg("--locked").arg("--manifest-path").arg(project.root.join("Cargo.toml"));
    Ok(command)
}
