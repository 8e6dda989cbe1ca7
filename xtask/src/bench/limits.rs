//! What must not grow unseen: instructions, sizes, threads, connections and requests, each counted and compared with
//! `xtask/limits.yaml`.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use anyhow::{Context as _, Result, ensure};

use super::{Recording, Source, StandIn, Subject, functions, instructions, measure};
use crate::{lambdas::Build, project::Project, steps::Note};

const FILE: &str = "xtask/limits.yaml";
/// Counts that may differ by this many percent; the others must be equal.
const TOLERANCE: u64 = 5;
/// Calls that are counted after the first one.
const LATER_CALLS: usize = 4;

/// By name, each with whether it must be equal.
type Counts = BTreeMap<&'static str, (u64, bool)>;
/// By build, function and name.
type Limits = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

/// Checks that each function answers, and that nothing that is counted has grown.
pub fn check(project: &Project, build: Build) -> Result<Note> {
    let counted = count_all(project, build)?;
    let limits = read(project)?;
    let limits = limits.get(key(build)).with_context(|| format!("{FILE} has no limits for this build"))?;
    let mut faults = Vec::new();
    for (function, counts) in &counted {
        for (name, (count, is_exact)) in counts {
            let limit = limits.get(function).and_then(|limits| limits.get(*name));
            match limit {
                Some(&limit) if is_within(*count, limit, *is_exact) => {}
                Some(limit) => faults.push(format!("{function}: {name} is {count}, the limit is {limit}")),
                None => faults.push(format!("{function}: {name} is {count}, and has no limit")),
            }
        }
    }
    ensure!(
        faults.is_empty(),
        "{}\nif this is meant, `cargo xtask bench --set-limits` writes {FILE}; say in the commit why",
        faults.join("\n")
    );
    Ok(format!("{} functions within {FILE}", counted.len()))
}

/// Writes what is counted as the new limits; those of the other build stay.
pub fn set_limits(project: &Project, build: Build) -> Result<Note> {
    let mut limits = read(project)?;
    let counted = count_all(project, build)?.into_iter();
    let counted = counted.map(|(function, counts)| {
        (function, counts.into_iter().map(|(name, (count, _))| (name.to_owned(), count)).collect())
    });
    limits.insert(key(build).to_owned(), counted.collect());
    fs::write(project.root.join(FILE), written(&limits)?)?;
    Ok(format!("wrote {FILE}"))
}

fn is_within(count: u64, limit: u64, is_exact: bool) -> bool {
    if is_exact { count == limit } else { count.abs_diff(limit) * 100 <= limit * TOLERANCE }
}

fn key(build: Build) -> &'static str {
    match build {
        Build::ToDeploy => "deployed",
        Build::ToTry => "lightly",
    }
}

fn read(project: &Project) -> Result<Limits> {
    let text = fs::read_to_string(project.root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    Ok(serde_norway::from_str::<Option<Limits>>(&text)?.unwrap_or_default())
}

fn written(limits: &Limits) -> Result<String> {
    let mut text = "# What each function may cost: written by `cargo xtask bench --set-limits`, checked by CI. Instructions and sizes may\n\
                    # differ by 5 %, the rest must be equal. `lightly` is CI's build without optimisation, `deployed` the one that is\n\
                    # deployed. instructionsOfInit: until the first invocation; instructionsOfACall: of a later call.\n"
        .to_owned();
    for (build, functions) in limits {
        writeln!(text, "{build}:")?;
        for (function, counts) in functions {
            let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name}: {count}")).collect();
            writeln!(text, "  {function}: {{ {} }}", counts.join(", "))?;
        }
    }
    Ok(text)
}

fn count_all(project: &Project, build: Build) -> Result<BTreeMap<String, Counts>> {
    let source = Source::start(project)?;
    let mut subjects = functions(project, build)?;
    subjects.retain(|subject| subject.name == subject.function);
    let mut counted = BTreeMap::new();
    for subject in subjects {
        let counts = subject.record(&source).and_then(|recording| count(&subject, &source, &recording));
        let counts = counts.with_context(|| subject.name.clone())?;
        println!("{}: {counts:?}", subject.name);
        counted.insert(subject.name, counts);
    }
    Ok(counted)
}

fn count(subject: &Subject, source: &Source, recording: &Recording) -> Result<Counts> {
    let call = source.call(&subject.function)?;
    let stand_in = || StandIn::start(source.aws.clone(), Some(recording.clone()));
    let instructions = |calls| {
        let stand_in = stand_in()?;
        instructions::count(&subject.function_command(source, &stand_in), &stand_in, call, calls)
    };
    // The least of three: what comes on top is chance.
    let init = (0..3).map(|_| instructions(0)).collect::<Result<Vec<_>>>()?.into_iter().min().unwrap_or_default();
    let (first, later) = (instructions(1)?, instructions(1 + LATER_CALLS)?);
    let stand_in = stand_in()?;
    let counted = measure(&mut subject.function_command(source, &stand_in), &stand_in, call, 2)?.counted;
    let size = fs::metadata(&subject.program)?.len();
    Ok(BTreeMap::from([
        ("bytes", (size, false)),
        ("instructionsOfInit", (init, false)),
        ("instructionsOfACall", (later.saturating_sub(first) / LATER_CALLS as u64, false)),
        ("threads", (counted.threads as u64, true)),
        ("connections", (counted.connections as u64, true)),
        ("requests", (counted.requests as u64, true)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_percent_more_or_less_is_within_and_more_is_not() {
        assert!(is_within(105, 100, false) && is_within(95, 100, false));
        assert!(!is_within(106, 100, false) && !is_within(94, 100, false));
        assert!(is_within(2, 2, true) && !is_within(3, 2, true));
    }

    #[test]
    fn what_is_written_is_read() {
        let counts = BTreeMap::from([("threads".to_owned(), 1)]);
        let limits = Limits::from([("lightly".to_owned(), BTreeMap::from([("keys".to_owned(), counts)]))]);
        assert_eq!(serde_norway::from_str::<Limits>(&written(&limits).unwrap()).unwrap(), limits);
    }
}
