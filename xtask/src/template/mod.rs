//! The templates, checked as written and as deployed: by standard tools (`judges`), and by checks of our own for what
//! these cannot know (which routes need no token and which scopes the others need, what each function needs, who may
//! call whom, what nobody may be granted).
//!
//! A check of our own returns its findings as sentences. `infra/rules/seeds.yaml` has the defects that it must find. They
//! are seeded into the real files whenever the check runs: a check that does not find them is broken.

mod binaries;
mod calls;
mod dashboard;
mod deployment;
mod device_policy;
mod invokers;
mod judges;
mod metrics;
mod nested;
mod pages;
mod queues;
mod redeployment;
mod routes;
mod scopes;
mod sent;
mod stack_policy;
mod subject;
mod throttles;
mod values;

use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use template::{Resource, Template};

pub use self::binaries::binary;
use self::subject::{Subject, Texts};
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

/// A check of our own, by the name that its seeds have.
type Check = (&'static str, fn(&Subject) -> Vec<String>);

const CHECKS: &[Check] = &[
    ("routes", routes::findings),
    ("pages", pages::findings),
    ("scopes", scopes::findings),
    ("throttles", throttles::findings),
    ("binaries", binaries::findings),
    ("calls", calls::findings),
    ("invokers", invokers::findings),
    ("queues", queues::findings),
    ("stack policy", stack_policy::findings),
    ("nested stacks", nested::findings),
    ("deployment", deployment::findings),
    ("device policy", device_policy::findings),
    ("metrics", metrics::findings),
    ("redeployment", redeployment::findings),
    ("dashboard", dashboard::findings),
];

/// Checks everything about the templates that needs neither a deployment nor a network.
pub fn check(project: &Project, tools: &Tools) -> Result<Note> {
    let offline = Offline::find();
    println!("{offline}");
    let subject = Subject::parse(Texts::read(project)?)?;
    let mut caught = Vec::new();
    for seed in &subject.seeds {
        ensure!(CHECKS.iter().any(|(name, _)| *name == seed.judge), "there is no check {}: {seed:?}", seed.judge);
    }
    for check in CHECKS {
        let (name, judge) = check;
        report(name, &judge(&subject))?;
        caught.push(((*name).to_owned(), all_caught(check, &subject)?));
    }

    report("values", &values::findings(&subject))?;
    caught.push(("values".to_owned(), values::all_caught(&subject)?));

    caught.extend(judges::check(project, tools, &offline)?);

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
fn all_caught((name, judge): &Check, subject: &Subject) -> Result<usize> {
    let seeds: Vec<_> = subject.seeds.iter().filter(|seed| seed.judge == *name).collect();
    ensure!(!seeds.is_empty(), "{name} has no seeded defects");
    for seed in &seeds {
        let findings = judge(&subject.with(seed).with_context(|| format!("{seed:?}"))?);
        let is_found = findings.iter().any(|finding| finding.contains(&seed.finds));
        ensure!(is_found, "{name} misses a seeded defect, {seed:?}; it finds {findings:?}");
    }
    Ok(seeds.len())
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
    use super::{subject::Seed, *};

    fn subject() -> Subject {
        Subject::parse(Texts::read(&Project::load().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn the_template_is_sound() {
        let subject = subject();
        for (name, judge) in CHECKS {
            assert_eq!(judge(&subject), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn every_seeded_defect_is_caught() {
        let subject = subject();
        let caught: usize = CHECKS.iter().map(|check| all_caught(check, &subject).unwrap()).sum();
        assert_eq!(caught, subject.seeds.len());
    }

    #[test]
    fn settings_have_their_values_and_every_other_value_is_caught() {
        let subject = subject();
        assert_eq!(values::findings(&subject), Vec::<String>::new());
        assert_eq!(values::all_caught(&subject).unwrap(), 2 * subject.settings.len());
    }

    #[test]
    fn a_defect_that_is_missed_and_one_that_cannot_be_seeded_are_errors() {
        let blind: Check = ("blind", |_| Vec::new());
        for seeds in [
            "[{ judge: blind, finds: '', from: 'Resources:', to: 'Resources: ' }]",
            "[{ judge: blind, finds: '', from: not in the template, to: '' }]",
            "[]",
        ] {
            let mut subject = subject();
            subject.seeds = Seed::parse(seeds).unwrap();
            assert!(all_caught(&blind, &subject).is_err(), "{seeds}");
        }
    }
}
