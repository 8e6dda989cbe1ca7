//! The template, checked as written and as deployed: by SAM, by cfn-lint, and by checks of our own for what those
//! two cannot know (which routes may go without a token, what each function needs, what nobody may be granted).
//!
//! Each check of our own takes what it judges and gives its findings as sentences; a seeded defect in its tests
//! shows that it can fail.

mod access_log;
mod binaries;
mod document;
mod environment;
mod expanded;
mod permissions;
mod retention;
mod routes;
mod streams;
mod topics;

use anyhow::{Result, bail};

use self::document::Resource;
pub use self::document::Template;
use crate::{process::run, project::Project, steps::Note, tools::Tools};

/// The template's place in the project.
pub const FILE: &str = "template.yaml";
/// The resource type of a function, as SAM names it.
pub const FUNCTION: &str = "AWS::Serverless::Function";
const HTTP_API: &str = "AWS::Serverless::HttpApi";
const TABLE: &str = "AWS::DynamoDB::Table";
const SECRET: &str = "AWS::SecretsManager::Secret";

/// Used for `sam validate` and cfn-lint, which want one; nothing in the template depends on it.
const REGION: &str = "eu-north-1";

/// Everything about the template that can be told without deploying it.
pub fn check(project: &Project, tools: &Tools) -> Result<Note> {
    let file = project.root.join(FILE);
    let template = Template::read(&file)?;
    report("as written", &findings(&template, project))?;

    run(tools.command("sam")?.args(["validate", "--lint", "--region", REGION, "--template"]).arg(&file))?;
    let deployed = project.target.join("template/expanded.json");
    run(tools.command("python")?.arg(project.root.join("infra/tools/expand.py")).arg(&file).arg(&deployed))?;
    run(tools.command("cfn-lint")?.args(["--regions", REGION, "--template"]).arg(&deployed))?;

    let provisioning = ["-B", "-m", "unittest", "-q", "test_provision"];
    run(tools.command("python")?.args(provisioning).current_dir(project.root.join("infra/tools")))?;

    report("as deployed", &expanded::findings(&std::fs::read_to_string(&deployed)?, &template)?)?;
    Ok(format!("{} routes", routes::routes(&template).count()))
}

/// The findings of all checks that need only the template as written.
fn findings(template: &Template, project: &Project) -> Vec<String> {
    [
        routes::findings(template),
        environment::findings(template),
        binaries::findings(template, &project.functions),
        permissions::findings(template),
        retention::findings(template),
        access_log::findings(template),
        streams::findings(template),
        topics::findings(template),
    ]
    .concat()
}

fn report(what: &str, findings: &[String]) -> Result<()> {
    for finding in findings {
        println!("template {what}: {finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings in the template {what}", findings.len());
    }
    println!("template {what}: our own checks pass");
    Ok(())
}

#[cfg(test)]
mod seeded {
    //! The real template with one defect put in: shows that a check sees that defect in the file it is there for.

    use std::{fs, path::PathBuf};

    use super::{FILE, Template};

    fn text() -> String {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE);
        fs::read_to_string(path).unwrap()
    }

    pub(super) fn sound() -> Template {
        Template::parse(&text()).unwrap()
    }

    /// Replaces the first `from`, which must be there.
    pub(super) fn with(from: &str, to: &str) -> Template {
        let sound = text();
        assert!(sound.contains(from), "the template has no {from:?} to seed a defect in");
        Template::parse(&sound.replacen(from, to, 1)).unwrap()
    }

    /// Asserts that there is a finding and that it names what it is about.
    pub(super) fn assert_found(findings: &[String], names: &str) {
        assert!(findings.iter().any(|finding| finding.contains(names)), "no finding names {names:?}: {findings:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_sound() {
        let project = Project::load().unwrap();
        assert_eq!(findings(&seeded::sound(), &project), Vec::<String>::new());
    }
}
