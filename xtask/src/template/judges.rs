//! Standard tools: SAM's own validation, cfn-lint, checkov, a lint of IAM policies, and AWS `CloudFormation` Guard with
//! the rules in `infra/rules/`. Defects are seeded for all but the first.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::subject::{ROOT, nested};
use crate::{offline::Offline, process::run, project::Project, tools::Tools};

/// Required by `sam validate`; nothing in the template depends on it.
const REGION: &str = "eu-north-1";

/// Validates the root template, and expands all templates to plain `CloudFormation`, as deployed. Returns their files.
fn expand(project: &Project, tools: &Tools, offline: &Offline) -> Result<Vec<PathBuf>> {
    let root = project.root.join(ROOT);
    let mut validate = tools.command("sam")?;
    validate.args(["validate", "--lint", "--region", REGION, "--template"]).arg(root);
    run(&mut offline.confine(&validate))?;

    let mut templates = Vec::new();
    for file in [vec![ROOT.to_owned()], nested(project)?].concat() {
        let name = Path::new(&file).file_stem().context("a template without a name")?;
        let expanded = project.target.join("template").join(name).with_extension("json");
        let mut expand = tools.command("python")?;
        expand.arg(project.root.join("infra/tools/expand.py")).arg(project.root.join(&file)).arg(&expanded);
        run(&mut offline.confine(&expand))?;
        templates.push(expanded);
    }
    Ok(templates)
}

/// Runs the tools. Returns how many seeded defects each has caught.
pub(super) fn check(project: &Project, tools: &Tools, offline: &Offline) -> Result<Vec<(String, usize)>> {
    let templates = expand(project, tools, offline)?;
    let lint = tools.command("cfn-lint")?;
    let tools = Tools::judges(project)?;
    let rules = project.root.join("infra/rules");
    let caught = project.target.join("template/caught-by-judges.json");
    let tests = ["-B", "-m", "unittest", "-q", "test_statements"];
    run(&mut offline.confine(tools.command("python")?.args(tests).current_dir(&rules)))?;
    let mut judges = tools.command("python")?;
    judges.env("CFN_LINT", lint.get_program()).arg("-B").arg(rules.join("judges.py")).arg(&caught).args(templates);
    run(&mut offline.confine(&judges))?;
    let caught: BTreeMap<String, usize> = serde_json::from_str(&fs::read_to_string(&caught)?)?;
    Ok(caught.into_iter().collect())
}
