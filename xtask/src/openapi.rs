//! The OpenAPI document, and the tables of codes in the guide, generated from the code by an example in the end-to-end
//! tests: this crate must not depend on the functions.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::{process::output, project::Project, steps::Note};

/// Regenerates `docs/openapi.json`, and the tables of codes in `docs/api.md`. The note says whether they changed.
pub fn write(project: &Project) -> Result<Note> {
    let document = regenerate(project, "docs/openapi.json", &[])?;
    let guide = regenerate(project, "docs/api.md", &["--", "guide"])?;
    Ok(format!("{document}; {guide}"))
}

fn regenerate(project: &Project, file: &str, arguments: &[&str]) -> Result<String> {
    let mut command = project.cargo();
    command.args(["run", "--quiet", "--locked", "--package", "e2e", "--example", "openapi"]).args(arguments);
    let generated = output(&mut command)?;
    ensure!(!generated.is_empty(), "the example prints nothing for {file}");
    let path = project.root.join(file);
    if fs::read(&path).is_ok_and(|former| former == generated) {
        return Ok(format!("{file}: no change"));
    }
    fs::write(&path, generated).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(format!("wrote {file}"))
}
