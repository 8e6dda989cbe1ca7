//! The templates, checked as written and as deployed: by standard tools (`judges`), and by checks of our own for what
//! these cannot know (which routes need no token and which scopes the others need, what each function needs, who may
//! call whom, what nobody may be granted).
//!
//! A check of our own returns its findings as sentences. Next to it are the defects that it must find. They are seeded
//! into the real files whenever the check runs: a check that does not find them is broken.

mod access_log;
mod binaries;
mod calls;
mod dashboard;
mod deployment;
mod devices;
mod environment;
mod expanded;
mod invokers;
mod judges;
mod logs;
mod metrics;
mod nested;
mod pages;
mod permissions;
mod queues;
mod redeployment;
mod retention;
mod routes;
mod scopes;
mod sent;
mod stack_policy;
mod streams;
mod subject;
mod throttles;
mod topics;
mod values;

use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use template::{Resource, Template};

pub use self::binaries::binary;
use self::subject::{Seed, Subject, Texts};
use crate::{offline::Offline, process::run, project::Project, steps::Note, tools::Tools};

pub fn read(project: &Project) -> Result<Template> {
    let text = fs::read_to_string(project.root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    Template::parse(&text).context(FILE)
}

/// The path of the template.
pub const FILE: &str = "template.yaml";
/// The resource type of a function in SAM.
pub const FUNCTION: &str = "AWS::Serverless::Function";
const STAGE: &str = "AWS::ApiGatewayV2::Stage";
const TABLE: &str = "AWS::DynamoDB::Table";
const SECRET: &str = "AWS::SecretsManager::Secret";

struct Check {
    name: &'static str,
    judge: fn(&Subject) -> Vec<String>,
    seeds: &'static [Seed],
}

const CHECKS: &[Check] = &[
    Check { name: "routes", judge: routes::findings, seeds: routes::SEEDS },
    Check { name: "pages", judge: pages::findings, seeds: pages::SEEDS },
    Check { name: "scopes", judge: scopes::findings, seeds: scopes::SEEDS },
    Check { name: "throttles", judge: throttles::findings, seeds: throttles::SEEDS },
    Check { name: "access log", judge: access_log::findings, seeds: access_log::SEEDS },
    Check { name: "binaries", judge: binaries::findings, seeds: binaries::SEEDS },
    Check { name: "environment", judge: environment::findings, seeds: environment::SEEDS },
    Check { name: "logs", judge: logs::findings, seeds: logs::SEEDS },
    Check { name: "grants", judge: permissions::findings, seeds: permissions::SEEDS },
    Check { name: "calls", judge: calls::findings, seeds: calls::SEEDS },
    Check { name: "invokers", judge: invokers::findings, seeds: invokers::SEEDS },
    Check { name: "queues", judge: queues::findings, seeds: queues::SEEDS },
    Check { name: "streams", judge: streams::findings, seeds: streams::SEEDS },
    Check { name: "retention", judge: retention::findings, seeds: retention::SEEDS },
    Check { name: "stack policy", judge: stack_policy::findings, seeds: stack_policy::SEEDS },
    Check { name: "keys", judge: topics::findings, seeds: topics::SEEDS },
    Check { name: "nested stacks", judge: nested::findings, seeds: nested::SEEDS },
    Check { name: "deployment", judge: deployment::findings, seeds: deployment::SEEDS },
    Check { name: "devices", judge: devices::findings, seeds: devices::SEEDS },
    Check { name: "metrics", judge: metrics::findings, seeds: metrics::SEEDS },
    Check { name: "redeployment", judge: redeployment::findings, seeds: redeployment::SEEDS },
    Check { name: "dashboard", judge: dashboard::findings, seeds: dashboard::SEEDS },
];

/// Checks everything about the templates that needs neither a deployment nor a network.
pub fn check(project: &Project, tools: &Tools) -> Result<Note> {
    let offline = Offline::find();
    println!("{offline}");
    let subject = Subject::parse(Texts::read(project)?)?;
    let mut caught = Vec::new();
    for check in CHECKS {
        report(check.name, &(check.judge)(&subject))?;
        caught.push((check.name.to_owned(), all_caught(check, &subject)?));
    }

    report("values", &values::findings(&subject))?;
    caught.push(("values".to_owned(), values::all_caught(&subject)?));

    let templates = judges::expand(project, tools, &offline)?;
    let root = templates.first().context("no template")?.read()?;
    report("as deployed", &expanded::findings(&root)?)?;
    caught.push(("as deployed".to_owned(), expanded::all_caught(&root)?));
    caught.extend(judges::check(project, tools, &offline, &templates)?);

    let provisioning = ["-B", "-m", "unittest", "-q", "test_provision", "test_first_admin", "test_swap_table"];
    run(
        &mut offline.confine(tools.command("python")?.args(provisioning).current_dir(project.root.join("infra/tools")))
    )?;

    println!();
    for (name, seeds) in &caught {
        println!("{name:<14} {seeds:>3} seeded defects caught");
    }
    let seeds = caught.iter().map(|(_, seeds)| seeds).sum::<usize>();
    let routes = routes::routes(&subject).count();
    Ok(format!("{routes} routes, {} checks, {seeds} seeded defects caught, {offline}", caught.len()))
}

/// Seeds a check's defects one by one and counts them. One that is not found is an error.
fn all_caught(check: &Check, subject: &Subject) -> Result<usize> {
    ensure!(!check.seeds.is_empty(), "{} has no seeded defects", check.name);
    for seed in check.seeds {
        let defective = subject.with(seed).with_context(|| format!("{seed:?}"))?;
        let findings = (check.judge)(&defective);
        let is_found = findings.iter().any(|finding| finding.contains(seed.finds));
        ensure!(is_found, "{} misses a seeded defect, {seed:?}; it finds {findings:?}", check.name);
    }
    Ok(check.seeds.len())
}

fn report(what: &str, findings: &[String]) -> Result<()> {
    for finding in findings {
        println!("template, {what}: {finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings in the template: {what}", findings.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{subject::seed, *};

    fn subject() -> Subject {
        Subject::parse(Texts::read(&Project::load().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn the_template_is_sound() {
        let subject = subject();
        for check in CHECKS {
            assert_eq!((check.judge)(&subject), Vec::<String>::new(), "{}", check.name);
        }
    }

    #[test]
    fn every_seeded_defect_is_caught() {
        let subject = subject();
        for check in CHECKS {
            assert_eq!(all_caught(check, &subject).unwrap(), check.seeds.len());
        }
    }

    #[test]
    fn settings_have_their_values_and_every_other_value_is_caught() {
        let subject = subject();
        assert_eq!(values::findings(&subject), Vec::<String>::new());
        assert_eq!(values::all_caught(&subject).unwrap(), 2 * subject.settings.len());
    }

    #[test]
    fn a_defect_that_is_missed_and_one_that_cannot_be_seeded_are_errors() {
        const OVERLOOKED: &[Seed] = &[seed("Resources:", "Resources: ", "")];
        const NOWHERE: &[Seed] = &[seed("not in the template", "", "")];
        let blind = |seeds| Check { name: "blind", judge: |_| Vec::new(), seeds };
        let subject = subject();
        assert!(all_caught(&blind(OVERLOOKED), &subject).is_err());
        assert!(all_caught(&blind(NOWHERE), &subject).is_err());
        assert!(all_caught(&blind(&[]), &subject).is_err());
    }
}
