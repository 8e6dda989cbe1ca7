//! The OpenAPI document, generated from the code by an example in the end-to-end tests: this crate must not depend on
//! the functions.

use std::{fs, process::Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{process::shown, project::Project, steps::Note};

/// Regenerates `docs/openapi.json`. The note says whether it changed.
pub fn write(project: &Project) -> Result<Note> {
    let mut command = project.cargo();
    command.args(["run", "--quiet", "--locked", "--package", "e2e", "--example", "openapi"]).stderr(Stdio::inherit());
    let shown = shown(&command);
    println!("$ {shown}");
    let output = command.output().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(output.status.success() && !output.stdout.is_empty(), "`{shown}` ended with {}", output.status);
    let path = project.root.join("docs/openapi.json");
    if fs::read(&path).is_ok_and(|former| former == output.stdout) {
        return Ok("no change".to_owned());
    }
    fs::write(&path, output.stdout).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(format!("wrote {}", path.display()))
}
