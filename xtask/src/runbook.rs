//! Runs the commands of the runbook for the first deployment, so that CI types what a newcomer types.
//!
//! Every command is run as written, perhaps with arguments that this machine needs, or skipped for a reason that is
//! printed. So a command that does not work fails CI, a new command is run without being listed anywhere, and an entry
//! here for a command that no longer exists is an error.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{process::quoted, project::Project};

const FILE: &str = "infra/runbooks/first-deployment.md";
const BUILD: &str = "sam build";
/// The section about a custom domain.
const DOMAIN: &str = "## An address of your own";

/// The parts of the runbook. Each runs in a shell of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Tools and build: no account needed.
    Build,
    /// The deployment and the steps after it.
    Deploy,
    /// A custom domain.
    Domain,
}

/// Special treatment of the commands with this beginning; all others run as written.
#[derive(Debug, Clone)]
pub(crate) struct Special {
    begins: &'static str,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Skipped { reason: &'static str },
    Run { environment: String, arguments: String },
}

impl Special {
    /// Not run, for this reason.
    pub(crate) fn skipped(begins: &'static str, reason: &'static str) -> Self {
        Self { begins, what: What::Skipped { reason } }
    }

    /// Run with more arguments.
    pub(crate) fn with(begins: &'static str, arguments: impl Into<String>) -> Self {
        Self { begins, what: What::Run { environment: String::new(), arguments: arguments.into() } }
    }

    /// Run with more arguments, and with variables before.
    pub(crate) fn in_environment(self, variables: &[(&str, &str)]) -> Self {
        let Self { begins, what: What::Run { arguments, .. } } = self else { return self };
        let assignments = variables.iter().map(|(name, value)| format!("{name}={} ", quoted(value)));
        let environment = assignments.collect::<Vec<_>>().concat();
        Self { begins, what: What::Run { environment, arguments } }
    }

    fn is_about(&self, command: &str) -> bool {
        command.starts_with(self.begins)
    }
}

/// A shell script of one part. `before` comes first.
pub(crate) fn script(project: &Project, part: Part, before: &str, special: &[Special]) -> Result<String> {
    let commands = commands(&read(project)?)?;
    let commands = commands.iter().filter(|(of, _)| *of == part).map(|(_, command)| &**command);
    assemble(&commands.collect::<Vec<_>>(), before, special)
}

/// The shell functions that the runbook defines, since each part runs in a shell of its own.
pub(crate) fn definitions(project: &Project) -> Result<String> {
    let commands = commands(&read(project)?)?;
    let functions = commands.iter().map(|(_, command)| &**command).filter(|command| {
        command.split_once("() {").is_some_and(|(name, _)| name.chars().all(|letter| letter.is_ascii_alphanumeric()))
    });
    Ok(functions.collect::<Vec<_>>().join("\n"))
}

/// A command that runs a script from a file.
pub(crate) fn shell(project: &Project, file: &Path, script: &str) -> Result<Command> {
    fs::create_dir_all(file.parent().context("a script has no folder")?)?;
    fs::write(file, script)?;
    let mut shell = project.program("bash");
    shell.arg(file).stdin(Stdio::null());
    Ok(shell)
}

fn read(project: &Project) -> Result<String> {
    let path = project.root.join(FILE);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

fn assemble(commands: &[&str], before: &str, special: &[Special]) -> Result<String> {
    ensure!(!commands.is_empty(), "{FILE} has no commands for this part");
    for Special { begins, .. } in special {
        ensure!(commands.iter().any(|command| command.starts_with(begins)), "{FILE} no longer has `{begins}`");
    }
    let mut lines = vec!["set -euo pipefail".to_owned(), before.to_owned()];
    let say = |text: String| format!("printf '%s\\n' {}", quoted(&text));
    for command in commands {
        let line = match special.iter().find(|special| special.is_about(command)).map(|special| &special.what) {
            Some(What::Skipped { reason }) => {
                lines.push(say(format!("not run, {reason}: {command}")));
                continue;
            }
            Some(What::Run { environment, arguments }) => format!("{environment}{command} {arguments}"),
            None => (*command).to_owned(),
        };
        lines.extend([say(format!("$ {line}")), line]);
    }
    Ok(lines.join("\n") + "\n")
}

/// The commands in the shell code blocks, with the part each belongs to.
fn commands(text: &str) -> Result<Vec<(Part, String)>> {
    let (mut part, mut is_code, mut found, mut begun) = (Part::Build, false, Vec::new(), String::new());
    for line in text.lines() {
        if line.starts_with("```") {
            ensure!(begun.is_empty(), "{FILE}: an incomplete command: {begun}");
            is_code = line == "```sh";
        } else if is_code {
            begun.push_str(line);
            if is_whole(&begun)? {
                let is_last = begun.starts_with(BUILD);
                found.push((part, std::mem::take(&mut begun)));
                if is_last {
                    part = Part::Deploy;
                }
            } else {
                begun.push('\n');
            }
        } else if line == DOMAIN {
            part = Part::Domain;
        }
    }
    Ok(found)
}

/// Whether the command is complete: the shell would run it instead of waiting for more lines.
fn is_whole(command: &str) -> Result<bool> {
    if command.ends_with('\\') {
        return Ok(false);
    }
    let mut check = Command::new("bash");
    check.args(["-n", "-c", command]).stderr(Stdio::null());
    Ok(check.status().context("cannot start bash")?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A runbook\n```sh\nexport A=1\nsam build\nsam deploy \\\n  --fast\nf() {\n  echo \"$1\"\n}\n```\n\
        Prose.\n```json\n{}\n```\n## An address of your own\n```sh\nfor i in 1 2; do\n  f $i\ndone\n```\n";

    fn owned(text: &str) -> Vec<String> {
        commands(text).unwrap().into_iter().map(|(part, command)| format!("{part:?} {command}")).collect()
    }

    #[test]
    fn commands_are_separated_whatever_lines_they_take() {
        assert_eq!(
            owned(TEXT),
            [
                "Build export A=1",
                "Build sam build",
                "Deploy sam deploy \\\n  --fast",
                "Deploy f() {\n  echo \"$1\"\n}",
                "Domain for i in 1 2; do\n  f $i\ndone"
            ]
        );
        assert!(commands("```sh\nfor i in 1 2; do\n```\n").is_err());
    }

    #[test]
    fn a_command_is_run_as_written_or_with_more_or_skipped() {
        let special = [
            Special::skipped("false", "it always fails"),
            Special::with("echo b", "c >&2").in_environment(&[("D", "e f")]),
        ];
        let script = assemble(&["false", "echo a", "echo b"], "G=1", &special).unwrap();
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(output.status.success());
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, "not run, it always fails: false\n$ echo a\na\n$ D='e f' echo b c >&2\n");
        assert_eq!(output.stderr, b"b c\n");
    }

    #[test]
    fn a_command_that_fails_ends_the_walk() {
        let script = assemble(&["false", "echo on"], "", &[]).unwrap();
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"$ false\n");
    }

    #[test]
    fn an_entry_for_a_missing_command_is_an_error() {
        assert!(assemble(&["echo a"], "", &[Special::skipped("echo b", "it is gone")]).is_err());
        assert!(assemble(&[], "", &[]).is_err());
    }
}
