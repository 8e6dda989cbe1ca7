//! The OpenAPI document, and the tables of codes in the guide, generated from the code by an example in the end-to-end
//! tests: this crate must not depend on the functions.

use std::{fs, process::Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{process::shown, project::Project, steps::Note};

/// Regenerates `docs/openapi.json`, and the tables of codes in `docs/api.md`. The note says whether they changed.
pub fn write(project: &Project) -> Result<Note> {
    let document = regenerate(project, "docs/openapi.json", &[])?;
    let guide = regenerate(project, "docs/api.md", &["--", "guide"])?;
    Ok(format!("{document}; {guide}"))
}

fn regenerate(project: &Project, file: &str, arguments: &[&str]) -> Result<String> {
    let mut command = project.cargo();
    command.args(["run", "--quiet", "--locked", "--package", "e2e", "--example", "openapi"]).args(arguments);
    command.stderr(Stdio::inherit());
    let shown = shown(&command);
    println!("$ {shown}");
    let output = command.output().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(output.status.success() && !output.stdout.is_empty(), "`{shown}` ended with {}", output.status);
    let path = project.root.join(file);
    if fs::read(&path).is_ok_and(|former| former == output.stdout) {
        return Ok(format!("{file}: no change"));
    }
    fs::write(&path, output.stdout).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(format!("wrote {file}"))
}
