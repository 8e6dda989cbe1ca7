//! Builds the Lambda binaries as a deployment does, and checks the result: an ELF file for the right processor that
//! starts and, without Lambda's environment, exits with an error that says what is missing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use ::template::Resource;
use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    process::{quoted, run},
    project::Project,
    runbook::{self, Part, Special},
    sbom,
    steps::Note,
    template,
    tools::Tools,
};

/// How long a binary without a runtime may take to exit.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the same code is built by the same commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Optimised as by `[profile.release]`, where `sam deploy` looks for it.
    ToDeploy,
    /// Not optimised, which takes a fraction of the time, for CI. Kept in a separate folder, so that nobody deploys it,
    /// and compiled separately, so that neither build invalidates the other.
    ToTry,
}

/// The profile settings that cost time. They change only speed and size; `panic` and `strip`, which change behaviour,
/// are as deployed.
const LIGHTLY: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
];

impl Build {
    #[must_use]
    pub fn of(lightly: bool) -> Self {
        if lightly { Self::ToTry } else { Self::ToDeploy }
    }

    /// The folder that SAM writes to.
    #[must_use]
    pub fn folder(self, project: &Project) -> PathBuf {
        match self {
            Self::ToDeploy => project.root.join(".aws-sam/build"),
            Self::ToTry => project.target.join("to-try/sam"),
        }
    }

    /// The binary of a function in that folder.
    pub(crate) fn bootstrap(self, project: &Project, function: Resource<'_>) -> PathBuf {
        self.folder(project).join(function.name).join("bootstrap")
    }

    /// The runbook's commands up to `sam build`, for this machine's processor.
    fn commands(self, project: &Project, tools: &Tools, processor: &Processor) -> Result<Command> {
        let (folder, target) = (self.folder(project), project.target.join("to-try"));
        let target = target.to_string_lossy();
        let arguments = format!(
            "--build-dir {} --parameter-overrides Architecture={}",
            quoted(&folder.to_string_lossy()),
            processor.name
        );
        let mut sam = Special::with("sam build", arguments);
        if self == Self::ToTry {
            sam = sam.in_environment(&[&LIGHTLY[..], &[("CARGO_TARGET_DIR", &*target)]].concat());
        }
        let mut special =
            vec![sam, Special::skipped("rustup target add ", "this machine builds for its own processor")];
        let is_at_home = project.target == project.root.join("target");
        if !is_at_home {
            special.push(Special::skipped("export PATH=", "the tools are in CARGO_TARGET_DIR"));
        }
        let script = runbook::script(project, Part::Build, "", &special)?;
        let mut shell = runbook::shell(project, &project.target.join("runbook/build.sh"), &script)?;
        if !is_at_home {
            shell.env("PATH", tools.path()?);
        }
        shell.env("SAM_CLI_TELEMETRY", "0");
        Ok(shell)
    }
}

/// Builds with the runbook's own commands for this machine's processor, so that the binaries can be started, and writes
/// a bill of materials for each.
pub fn build(project: &Project, tools: &Tools, build: Build) -> Result<Note> {
    let processor = Processor::of_this_machine()?;
    // The cargo command is the same for each function (`workspace.metadata.lambda` in Cargo.toml): the first one
    // compiles all.
    run(&mut build.commands(project, tools, &processor)?)?;

    let mut sizes = Vec::new();
    let mut binaries = Vec::new();
    for function in template::read(project)?.of_type(template::FUNCTION) {
        let bootstrap = build.bootstrap(project, function);
        let size = inspect(&bootstrap, &processor).with_context(|| bootstrap.display().to_string())?;
        sizes.push(format!("{} {:.1} MB", function.name, size));
        binaries.push((
            template::binary(function).context("a function has no Binary in the template")?.to_owned(),
            bootstrap,
        ));
    }
    for size in &sizes {
        println!("{size}");
    }
    let packages = sbom::write(project, processor.target, &binaries)?;
    sizes.push(format!("{packages} packages in target/sbom"));
    Ok(sizes.join(", "))
}

/// A processor, by its names in SAM and in the ELF header.
pub(crate) struct Processor {
    pub(crate) name: &'static str,
    target: &'static str,
    machine: u16,
}

impl Processor {
    pub(crate) fn of_this_machine() -> Result<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Ok(Self { name: "x86_64", target: "x86_64-unknown-linux-gnu", machine: 0x3E }),
            "aarch64" => Ok(Self { name: "arm64", target: "aarch64-unknown-linux-gnu", machine: 0xB7 }),
            other => bail!("Lambda has no {other} processors"),
        }
    }
}

/// Checks one binary. Returns its size in MB.
fn inspect(bootstrap: &Path, processor: &Processor) -> Result<f64> {
    let content = fs::read(bootstrap)?;
    is_executable_for(&content, processor)?;
    let output = start_without_environment(bootstrap)?;
    stopped_cleanly(&output)?;
    let bytes = u32::try_from(content.len()).context("larger than Lambda accepts")?;
    Ok(f64::from(bytes) / 1e6)
}

fn is_executable_for(content: &[u8], processor: &Processor) -> Result<()> {
    // ELF, 64 bits, little-endian; the machine is at byte 18 (System V ABI, "ELF Header").
    ensure!(content.starts_with(b"\x7fELF\x02\x01"), "not a 64-bit ELF file");
    let machine = content.get(18..20).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes);
    ensure!(machine == Some(processor.machine), "not built for {}: machine {machine:x?}", processor.name);
    Ok(())
}

fn start_without_environment(bootstrap: &Path) -> Result<Output> {
    let mut child = Command::new(bootstrap)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("does not start")?;
    let start = Instant::now();
    while child.try_wait()?.is_none() {
        if start.elapsed() > PATIENCE {
            child.kill()?;
            bail!("still running after {} s without a runtime", PATIENCE.as_secs());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(child.wait_with_output()?)
}

/// A signal has no exit code. With `panic = "abort"`, a panic looks like this from outside.
fn stopped_cleanly(output: &Output) -> Result<()> {
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let said = String::from_utf8_lossy(&said);
    match output.status.code() {
        None => bail!("crashed without Lambda's environment ({}): {said}", output.status),
        Some(0) => bail!("exits with 0 without Lambda's environment"),
        Some(_) if said.trim().is_empty() => {
            bail!("exits without Lambda's environment and does not say why")
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86_64: Processor = Processor { name: "x86_64", target: "x86_64-unknown-linux-gnu", machine: 0x3E };

    fn shell(script: &str) -> Output {
        Command::new("sh").args(["-c", script]).output().unwrap()
    }

    #[test]
    fn a_crash_a_silent_stop_and_a_false_success_are_refused() {
        assert!(stopped_cleanly(&shell("echo missing TABLE_NAME >&2; exit 1")).is_ok());
        assert!(stopped_cleanly(&shell("exit 1")).is_err());
        assert!(stopped_cleanly(&shell("echo ready")).is_err());
        assert!(stopped_cleanly(&shell("echo panicked; kill -ABRT $$")).is_err());
    }

    #[test]
    fn what_is_only_tried_lies_where_nobody_deploys_it_from() {
        let project = Project::load().unwrap();
        let deployed = project.root.join(".aws-sam");
        assert!(Build::of(false).folder(&project).starts_with(&deployed));
        assert!(!Build::of(true).folder(&project).starts_with(&deployed));
    }

    #[test]
    fn a_binary_for_another_processor_is_refused() {
        let mut header = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0";
        assert!(is_executable_for(&header, &X86_64).is_ok());
        header[18] = 0xB7;
        assert!(is_executable_for(&header, &X86_64).is_err());
        assert!(is_executable_for(b"#!/bin/sh\n", &X86_64).is_err());
        assert!(is_executable_for(b"\x7fELF\x02\x01", &X86_64).is_err());
    }
}
