//! Measures the functions: the real binaries over a Runtime API of our own, beside others that make the same requests.
//!
//! Times are compared within one run only: each round starts every process once, in another order, and the tables have
//! medians and their ratios to the bare loop, the least that the work can cost. `contracts` is measured twice, which
//! shows the noise. Not included: the network, and what Lambda does before it starts a process. TLS has a table of its own.

mod cpu;
mod http;
mod instructions;
mod limits;
mod peers;
mod sample;
mod source;
mod stand_in;
mod table;
mod tls;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{lambdas::Build, project::Project, steps::Note, template};
use cpu::Share;
pub use limits::set_limits;
use peers::Peers;
use sample::{Sample, measure, record};
use source::Source;
use stand_in::{Recording, StandIn};
use tls::Tls;

/// The function that does what the peers do.
const BOOKS: &str = "contracts";
/// The memory sizes whose share of a CPU is tried, in megabytes.
const SHARES: [u64; 2] = [128, 512];
/// The calls after a start that users wait for most.
const FIRST_CALLS: usize = 12;

pub const ROUNDS: usize = 10;
/// The calls of a process in each round.
const CALLS: usize = 300;
const CALLS_OF_A_CHECK: usize = 2;
const ROUNDS_IN_SHARES: usize = 5;

/// A program that is measured.
struct Subject {
    name: String,
    /// Whose event and answers it gets.
    function: String,
    program: PathBuf,
    arguments: Vec<String>,
}

/// All samples of each subject.
type Samples = BTreeMap<String, Vec<Sample>>;

/// What a process is measured within.
#[derive(Debug, Clone, Copy)]
enum Within<'a> {
    Nothing,
    Share(&'a Share),
    Tls(&'a Tls),
}

/// Measures, and writes `docs/performance.md` and its pictures.
pub fn run(project: &Project, build: Build) -> Result<Note> {
    let functions = functions(project, build)?;
    let peers = Peers::ready(project)?;
    let mut subjects = functions;
    subjects.extend(peers.subjects());

    cpu::separate()?;
    let alone = measure_all(project, &subjects, ROUNDS, CALLS, Within::Nothing)?;
    cpu::unseparate()?;
    let mut shares = Vec::new();
    for megabytes in SHARES {
        let share = Share::of_memory(megabytes)?;
        let samples = measure_all(project, &subjects, ROUNDS_IN_SHARES, FIRST_CALLS, Within::Share(&share))?;
        shares.push((megabytes, samples));
    }
    table::write(project, &subjects, &alone, &shares)
}

/// Checks that what is counted is within its limits, and that the peers still do what `contracts` does.
pub fn check(project: &Project, build: Build) -> Result<Note> {
    let note = limits::check(project, build)?;
    let mut subjects = functions(project, build)?;
    subjects.retain(|subject| subject.function == BOOKS);
    subjects.extend(Peers::ready_soon(project)?.subjects());
    measure_all(project, &subjects, 1, CALLS_OF_A_CHECK, Within::Nothing)?;
    Ok(format!("{note}; {} programs book alike", subjects.len()))
}

/// Measures those that make the same requests over TLS, and writes the table of `docs/performance.md` about it.
pub fn run_over_tls(project: &Project, build: Build, rounds: usize) -> Result<Note> {
    let mut subjects = functions(project, build)?;
    subjects.retain(|subject| subject.function == BOOKS);
    subjects.extend(Peers::ready(project)?.subjects());
    let tls = Tls::ready(project, &subjects)?;

    cpu::separate()?;
    let samples = measure_all(project, &subjects, rounds, CALLS, Within::Tls(&tls))?;
    cpu::unseparate()?;
    table::write_over_tls(project, &subjects, &samples, rounds)
}

/// The functions of the template, with the one that is measured twice.
fn functions(project: &Project, build: Build) -> Result<Vec<Subject>> {
    let template = template::read(project)?;
    let mut subjects = Vec::new();
    for function in template.of_type(template::FUNCTION) {
        let name = template::binary(function).context("a function has no Binary in the template")?.to_owned();
        let program = build.bootstrap(project, function);
        ensure!(program.exists(), "build first: `cargo xtask build`");
        if name == BOOKS {
            subjects.push(Subject::new(&format!("{name} again"), &name, program.clone()));
        }
        subjects.push(Subject::new(&name, &name, program));
    }
    Ok(subjects)
}

/// Starts each subject once in each round. An event has times that are soon over, so each has a new one.
fn measure_all(
    project: &Project,
    subjects: &[Subject],
    rounds: usize,
    calls: usize,
    within: Within<'_>,
) -> Result<Samples> {
    let mut samples = Samples::new();
    for round in 0..rounds {
        println!("round {} of {rounds}", round + 1);
        for subject in in_another_order(subjects, round) {
            let sample = measure_one(project, subjects, subject, calls, within);
            samples.entry(subject.name.clone()).or_default().push(sample.with_context(|| subject.name.clone())?);
        }
    }
    Ok(samples)
}

fn measure_one(
    project: &Project,
    subjects: &[Subject],
    subject: &Subject,
    calls: usize,
    within: Within<'_>,
) -> Result<Sample> {
    let source = Source::start(project, None)?;
    let recorded = subjects.iter().find(|other| other.name == subject.function).context("its function is missing")?;
    let recording = recorded.record(&source)?;
    peers::write_calls(project, &recording)?;
    let stand_in = StandIn::start(source.aws.clone(), Some(recording))?;
    let call = source.call(&subject.function)?;
    let mut program = subject.command(&subject.program, project, &source, &stand_in);
    match within {
        Within::Nothing => measure(&mut program, &stand_in, call, calls),
        Within::Share(share) => share.within(|| measure(&mut program, &stand_in, call, calls)),
        Within::Tls(tls) => {
            let proxy = tls.before(&stand_in)?;
            program = subject.command(&tls.program_of(subject), project, &source, &stand_in);
            proxy.put_before(&mut program);
            measure(&mut program, &stand_in, call, calls)
        }
    }
}

/// Rotated by one place in each round and reversed in every second one, so that nobody always follows the same.
fn in_another_order(subjects: &[Subject], round: usize) -> Vec<&Subject> {
    let mut order: Vec<_> = subjects.iter().collect();
    order.rotate_left(round % subjects.len().max(1));
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

impl Subject {
    fn new(name: &str, function: &str, program: PathBuf) -> Self {
        Self { name: name.to_owned(), function: function.to_owned(), program, arguments: Vec::new() }
    }

    /// What the function asks of its table for its call.
    fn record(&self, source: &Source) -> Result<Recording> {
        let call = source.call(&self.function)?;
        record(&|stand_in| Self::function_command(&self.program, source, stand_in), source, call)
    }

    /// Whether it is one of ours, and no peer.
    fn is_function(&self) -> bool {
        self.name.starts_with(&self.function)
    }

    fn command(&self, program: &Path, project: &Project, source: &Source, stand_in: &StandIn) -> Command {
        let mut command = Self::function_command(program, source, stand_in);
        command.args(&self.arguments).env("MEASURED_CALLS", peers::calls(project));
        command
    }

    /// With the environment of Lambda and of the template.
    fn function_command(program: &Path, source: &Source, stand_in: &StandIn) -> Command {
        let url = format!("http://{}", stand_in.address);
        let mut command = Command::new(program);
        command.env_clear().envs(source.clock.iter().map(|clock| ("LD_PRELOAD", clock)));
        command.envs([
            ("AWS_LAMBDA_RUNTIME_API", stand_in.address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_REGION", "eu-north-1"),
            ("AWS_DEFAULT_REGION", "eu-north-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_SESSION_TOKEN", "bench"),
            ("AWS_ENDPOINT_URL", &url),
            ("TABLE_NAME", &source.table),
            ("CODE_SECRET_ARN", "bench"),
            ("EVENT_RETENTION_DAYS", "365"),
            ("CONTRACT_RETENTION_DAYS", "365"),
            ("KEY_EVENTS_TOPIC_ARN", "arn:aws:sns:eu-north-1:000000000000:bench"),
            ("MAIL_FROM", "keys@example.com"),
            ("ISSUER", &source.issuer),
            ("SIGN_IN_URL", &url),
            ("SIGN_IN_KEYS_URL", &format!("{url}/jwks.json")),
            ("WEB_CLIENT_ID", "dashboard"),
            ("DASHBOARD_URL", "https://dashboard.test"),
        ]);
        command
    }
}
