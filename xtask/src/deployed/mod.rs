//! The deployed proof: the output of `sam build`, deployed by the runbook's own commands on `ministack` with IAM
//! enforced, and the end-to-end suite run against it, which `cargo test` runs against the local cloud. `infra/README.md` says
//! what that proves, and what not.

mod differences;
mod isolation;
mod suite;
mod walk;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use self::{differences::report, isolation::Isolation, suite::Binary};
use crate::{
    lambdas::Build,
    process::{Running, run},
    project::Project,
    runbook::Part,
    steps::Note,
    tools::Tools,
};

const ENDPOINT: &str = "http://127.0.0.1:4566";
const REGION: &str = "eu-north-1";

/// Deploys the build, runs the suite against it, and prints each test that needs the local cloud with its reason.
pub fn check(project: &Project, tools: &Tools, build: Build) -> Result<Note> {
    let build = build.folder(project);
    ensure!(build.join("template.yaml").is_file(), "nothing to deploy: run `cargo xtask build` first");
    let ministack = Tools::ministack(project)?;
    let scripts = project.root.join("infra/ministack");
    run(ministack
        .command("python")?
        .args(["-B", "-m", "unittest", "-q", "test_adapt", "test_aftermath", "test_pages", "test_sign_in"])
        .current_dir(&scripts))?;
    let binaries = suite::built(project)?;

    let work = project.target.join("deployed");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(work.join("tmp"))?;
    let isolation = Isolation::start()?;
    let _server = start(&isolation, &ministack, &work)?;
    let script = |name: &str| -> Result<Command> {
        let mut command = ministack.command("python")?;
        command.arg("-B").arg(scripts.join(name));
        Ok(command)
    };
    let inside = |mut command: Command| run(&mut isolation.wrap(as_owner(&mut command)));
    let walk = |part| inside(walk::commands(project, tools, &ministack, &work, part)?);
    let mut prepare = script("prepare.py")?;
    prepare.arg("--build").arg(&build).arg("--work").arg(&work);
    let mut describe = script("describe.py")?;
    describe.arg("--work").arg(&work);
    let deploy = || {
        inside(prepare)?;
        walk(Part::Deploy)?;
        inside(describe)
    };
    let ((), deploying) = timed(deploy)?;
    let environment = environment(&fs::read(work.join("stack.json"))?)?;
    let on_stack =
        |binary: &Binary| binary.run(&mut isolation.wrap(as_owner(&mut binary.command()).envs(&environment)));
    let (deployed, deployed_took) = timed(|| {
        let each = binaries.iter().map(|binary| Ok((binary.name.clone(), on_stack(binary)?)));
        each.collect::<Result<Vec<_>>>()
    })?;
    let look = |name: &str| -> Result<()> {
        let mut command = script(name)?;
        command.arg(work.join("stack.json"));
        inside(command)
    };
    ["sign_in.py", "pages.py", "aftermath.py"].into_iter().try_for_each(look)?;
    let ((), moving) = timed(|| walk(Part::Domain))?;
    ["domain.py", "pages.py"].into_iter().try_for_each(look)?;

    let report = report(&deployed);
    println!();
    for line in report.lines.iter().chain(&report.findings) {
        println!("{line}");
    }
    ensure!(report.findings.is_empty(), "{} findings; ministack's log is in {}", report.findings.len(), work.display());
    Ok(format!(
        "{} passed in {} s, {} need the local cloud, after one deployment in {} s, and moved to a domain in {} s",
        report.passed,
        deployed_took.as_secs(),
        report.left_out,
        deploying.as_secs(),
        moving.as_secs()
    ))
}

/// A result, and how long it took.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let began = Instant::now();
    Ok((work()?, began.elapsed()))
}

/// Starts ministack. Its log and all it writes go to this folder.
fn start(isolation: &Isolation, ministack: &Tools, work: &Path) -> Result<Running> {
    let log = fs::File::create(work.join("ministack.log"))?;
    let mut command = ministack.command("ministack")?;
    as_owner(&mut command)
        .env("AUTH", "true")
        .env("BIND_HOST", "127.0.0.1")
        .env("IOT_MTLS_ENABLED", "1")
        .env("LAMBDA_EXECUTOR", "local")
        .env("S3_DATA_DIR", work.join("s3"))
        .env("STATE_DIR", work.join("state"))
        .env("TMPDIR", work.join("tmp"))
        // Functions inherit it: each library error would have a backtrace.
        .env_remove("RUST_BACKTRACE");
    Running::start(isolation.wrap(&command).stdout(log.try_clone()?).stderr(log))
}

/// The command with the key that ministack takes as the account owner's.
fn as_owner(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ACCESS_KEY_ID", "owner")
        .env("AWS_SECRET_ACCESS_KEY", "owner")
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ENDPOINT_URL", ENDPOINT)
        .env("MINISTACK_REGION", REGION)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_REGION")
        .env_remove("AWS_SESSION_TOKEN")
}

/// The variables by which the suite finds the stack.
fn environment(stack: &[u8]) -> Result<BTreeMap<String, String>> {
    let answer: Value = serde_json::from_slice(stack)?;
    let environment = answer["environment"].as_object().context("stack.json has no environment")?;
    let text =
        |value: &Value| value.as_str().map(str::to_owned).context("stack.json: a value in environment is not a text");
    environment.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect()
}
