//! What must not grow unseen: instructions, sizes, threads, connections and requests, each counted and compared with
//! `xtask/limits.yaml`.

use std::{collections::BTreeMap, env::consts::ARCH, fmt::Write as _, fs, thread};

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::Deserialize;

use super::{Recording, Source, StandIn, Subject, functions, instructions};
use crate::{lambdas::Build, process::text, project::Project, steps::Note};

const FILE: &str = "xtask/limits.yaml";
/// The processor of CI; others have other instructions.
const COUNTED_ON: &str = "x86_64";
/// Counts that must be equal.
const EXACT: [&str; 3] = ["connections", "requests", "threads"];
/// The others may differ by this many percent.
const TOLERANCE: u64 = 5;
/// The calls of which the instructions are averaged.
const CALLS: usize = 4;
/// Functions that are run at once: the CPUs of CI.
const AT_ONCE: usize = 2;

/// By name.
type Counts = BTreeMap<String, u64>;
/// By function.
type Counted = BTreeMap<String, Counts>;
/// By build.
type Limits = BTreeMap<String, OfABuild>;

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct OfABuild {
    /// The compiler whose code was counted. With another one, instructions and bytes are no fault of ours: then they are
    /// only printed, so that the compiler's update does not stop everybody's work.
    rustc: String,
    functions: Counted,
}

/// Checks that each function answers, and that nothing that is counted has changed.
pub(super) fn check(project: &Project, build: Build) -> Result<Note> {
    if ARCH != COUNTED_ON {
        return Ok(format!("nothing counted: {FILE} is for {COUNTED_ON}, this machine is {ARCH}"));
    }
    let limits = read(project)?;
    let limits = limits.get(key(build)).with_context(|| format!("{FILE} has no limits for this build"))?;
    let rustc = rustc(project)?;
    let counted = count_all(project, build)?;
    let Judged { faults, of_the_compiler } = judged(&counted, limits, &rustc);
    ensure!(
        faults.is_empty(),
        "{}\nif this is meant, `cargo xtask bench --set-limits{}` writes {FILE}; say in the commit why",
        faults.join("\n"),
        if build == Build::ToTry { " --lightly" } else { "" }
    );
    for difference in &of_the_compiler {
        println!("{difference}");
    }
    let within = format!("{} functions within {FILE}", counted.len());
    Ok(match of_the_compiler.len() {
        0 => within,
        changed => format!("{within}, except {changed} counts of code by {rustc}: set the limits again"),
    })
}

/// Writes what is counted as the new limits; those of the other build stay.
pub fn set_limits(project: &Project, build: Build) -> Result<Note> {
    ensure!(ARCH == COUNTED_ON, "{FILE} is for {COUNTED_ON}, this machine is {ARCH}");
    let mut limits = read(project)?;
    let of_a_build = OfABuild { rustc: rustc(project)?, functions: count_all(project, build)? };
    limits.insert(key(build).to_owned(), of_a_build);
    fs::write(project.root.join(FILE), written(&limits)?)?;
    Ok(format!("wrote {FILE}"))
}

/// What is not within the limits.
#[derive(Debug, Default, PartialEq, Eq)]
struct Judged {
    faults: Vec<String>,
    /// What another compiler may have caused.
    of_the_compiler: Vec<String>,
}

fn judged(counted: &Counted, limits: &OfABuild, rustc: &str) -> Judged {
    let mut judged = Judged::default();
    for (function, counts) in counted {
        for (name, &count) in counts {
            let is_exact = EXACT.contains(&name.as_str());
            match limits.functions.get(function).and_then(|limits| limits.get(name)) {
                Some(&limit) if is_within(count, limit, is_exact) => {}
                Some(limit) => {
                    let is_fault = is_exact || limits.rustc == rustc;
                    let list = if is_fault { &mut judged.faults } else { &mut judged.of_the_compiler };
                    list.push(format!("{function}: {name} is {count}, the limit is {limit}"));
                }
                None => judged.faults.push(format!("{function}: {name} is {count}, and has no limit")),
            }
        }
    }
    let gone = limits.functions.keys().filter(|function| !counted.contains_key(*function));
    judged.faults.extend(gone.map(|function| format!("{function} has limits, but is no function")));
    judged
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

/// The compiler, as `rustc 1.95.0`.
fn rustc(project: &Project) -> Result<String> {
    let version = text(project.program("rustc").arg("--version"))?;
    Ok(version.split(' ').take(2).collect::<Vec<_>>().join(" "))
}

fn read(project: &Project) -> Result<Limits> {
    let text = fs::read_to_string(project.root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    Ok(serde_norway::from_str::<Option<Limits>>(&text)?.unwrap_or_default())
}

fn written(limits: &Limits) -> Result<String> {
    let mut text = "# What each function may cost: written by `cargo xtask bench --set-limits`, checked by CI. Instructions and bytes may\n\
                    # differ by 5 %, the rest must be equal. `lightly` is CI's build without optimisation, `deployed` the one that is\n\
                    # deployed; `rustc` compiled it. instructionsOfInit: until the first invocation; instructionsOfACall: the mean\n\
                    # of the first calls; connections: to AWS in all; requests: to AWS of a call; threads: at the end of init.\n"
        .to_owned();
    for (build, OfABuild { rustc, functions }) in limits {
        writeln!(text, "{build}:\n  rustc: {rustc}\n  functions:")?;
        for (function, counts) in functions {
            let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name}: {count}")).collect();
            writeln!(text, "    {function}: {{ {} }}", counts.join(", "))?;
        }
    }
    Ok(text)
}

fn count_all(project: &Project, build: Build) -> Result<Counted> {
    let source = Source::start(project, Some(instructions::ready(project)?))?;
    let mut subjects = functions(project, build)?;
    subjects.retain(|subject| subject.name == subject.function);
    // One after the other, since they share the table.
    let recorded =
        subjects.iter().map(|subject| Ok((subject, subject.record(&source)?))).collect::<Result<Vec<_>>>()?;
    let count_some = |some: &[(&Subject, Recording)]| {
        let counts = some.iter().map(|(subject, recording)| {
            let counts = count(subject, &source, recording).with_context(|| subject.name.clone())?;
            println!("{}: {counts:?}", subject.name);
            Ok((subject.name.clone(), counts))
        });
        counts.collect::<Result<Vec<_>>>()
    };
    thread::scope(|scope| {
        let some = recorded.chunks(recorded.len().div_ceil(AT_ONCE)).map(|some| scope.spawn(move || count_some(some)));
        let counted =
            some.collect::<Vec<_>>().into_iter().map(|some| some.join().map_err(|_| anyhow!("counting panicked"))?);
        Ok(counted.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })
}

fn count(subject: &Subject, source: &Source, recording: &Recording) -> Result<Counts> {
    let call = source.call(&subject.function)?;
    let count = |calls| {
        let stand_in = StandIn::start(source.aws.clone(), Some(recording.clone()))?;
        instructions::count(&Subject::function_command(&subject.program, source, &stand_in), &stand_in, call, calls)
    };
    let (init, all) = (count(0)?, count(CALLS)?);
    let of_a_call = all.instructions.saturating_sub(init.instructions) / CALLS as u64;
    let counts = [
        ("bytes", fs::metadata(&subject.program)?.len()),
        ("instructionsOfInit", init.instructions),
        ("instructionsOfACall", of_a_call),
        ("threads", init.threads as u64),
        ("connections", all.connections as u64),
        ("requests", all.requests as u64),
    ];
    Ok(counts.map(|(name, count)| (name.to_owned(), count)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0";

    fn counted(counts: &[(&str, u64)]) -> Counted {
        let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Counted::from([("keys".to_owned(), counts)])
    }

    fn limits(functions: Counted) -> OfABuild {
        OfABuild { rustc: RUSTC.to_owned(), functions }
    }

    #[test]
    fn instructions_may_differ_by_five_percent_either_way_and_connections_not_at_all() {
        let limits = limits(counted(&[("instructionsOfInit", 100), ("connections", 2)]));
        for within in [95, 105] {
            let counted = counted(&[("instructionsOfInit", within), ("connections", 2)]);
            assert_eq!(judged(&counted, &limits, RUSTC), Judged::default());
        }
        for beyond in [94, 106] {
            let counted = counted(&[("instructionsOfInit", beyond), ("connections", 3)]);
            let connections = "keys: connections is 3, the limit is 2".to_owned();
            let instructions = format!("keys: instructionsOfInit is {beyond}, the limit is 100");
            let faults = vec![connections.clone(), instructions.clone()];
            assert_eq!(judged(&counted, &limits, RUSTC), Judged { faults, of_the_compiler: vec![] });

            let with_another = judged(&counted, &limits, "rustc 1.96.0");
            let (faults, of_the_compiler) = (vec![connections], vec![instructions]);
            assert_eq!(with_another, Judged { faults, of_the_compiler });
        }
    }

    #[test]
    fn a_count_without_a_limit_and_limits_without_a_function_are_faults() {
        let new = judged(&counted(&[("bytes", 7)]), &limits(counted(&[])), "rustc 1.96.0");
        assert_eq!(new.faults, ["keys: bytes is 7, and has no limit"]);
        let gone = judged(&Counted::new(), &limits(counted(&[("bytes", 7)])), "rustc 1.96.0");
        assert_eq!(gone.faults, ["keys has limits, but is no function"]);
    }

    #[test]
    fn what_is_written_is_read() {
        let limits = || Limits::from([("lightly".to_owned(), limits(counted(&[("threads", 1)])))]);
        assert_eq!(serde_norway::from_str::<Limits>(&written(&limits()).unwrap()).unwrap(), limits());
    }
}
