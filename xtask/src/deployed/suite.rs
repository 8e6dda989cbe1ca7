//! The test binaries of the end-to-end suite: built once, run against a stack, and read test by test.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::{
    process::{follow, text},
    project::Project,
};

/// The tests that run against any stack. The others in the package need no stack, or test the inside of the local
/// cloud.
const BINARIES: [&str; 4] = ["over_http", "devices", "messages", "concurrency"];
/// The beginning of the message of a test that cannot run on a deployed stack (`only_local` in `tests/src/stack.rs`).
const ONLY_LOCAL: &str = "needs the local cloud: ";

#[derive(Debug)]
pub(super) struct Binary {
    pub(super) name: String,
    executable: PathBuf,
    folder: PathBuf,
}

/// The result of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SuiteResult {
    Passed,
    /// It needs the local cloud, for this reason.
    OnlyLocal(String),
    /// It failed, with this output.
    Failed(String),
}

/// The results of a binary's tests.
pub(super) type SuiteResults = BTreeMap<String, SuiteResult>;

/// Builds them, or finds the ones that `cargo xtask test` has built.
pub(super) fn built(project: &Project) -> Result<Vec<Binary>> {
    let mut command = project.cargo();
    command.args(["test", "--locked", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]);
    let messages = text(command.args(BINARIES.iter().flat_map(|name| ["--test", name])))?;
    let folder = project.root.join("tests");
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let built: BTreeMap<String, PathBuf> = messages.filter_map(|message| executable(&message, &folder)).collect();
    let binary = |name: &&str| {
        let executable = built.get(*name).with_context(|| format!("cargo has not built the test {name}"))?.clone();
        Ok(Binary { name: (*name).to_owned(), executable, folder: folder.clone() })
    };
    BINARIES.iter().map(binary).collect()
}

/// The test that a message of cargo is about, if it is in a package in that folder: its name and its executable.
fn executable(message: &Value, folder: &std::path::Path) -> Option<(String, PathBuf)> {
    let manifest = message["manifest_path"].as_str()?;
    let is_test = message["target"]["kind"] == serde_json::json!(["test"]);
    let of_folder = manifest == folder.join("Cargo.toml").to_string_lossy();
    (is_test && of_folder).then_some(())?;
    Some((message["target"]["name"].as_str()?.to_owned(), message["executable"].as_str()?.into()))
}

impl Binary {
    /// The command that runs it, in the same folder as cargo would.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        // No backtraces: a test that cannot run here panics on purpose.
        command.current_dir(&self.folder).env("RUST_BACKTRACE", "0").env("CARGO_TERM_COLOR", "never");
        command
    }

    pub(super) fn run(&self, command: &mut Command) -> Result<SuiteResults> {
        println!("--- {}", self.name);
        let mut output = String::new();
        let status = follow(command, |line| {
            // Failures are printed below, with their reason.
            if line.starts_with("test ") && line.ends_with(" ... ok") {
                println!("{line}");
            }
            output.push_str(line);
            output.push('\n');
        })?;
        // 101: some tests failed.
        ensure!(matches!(status.code(), Some(0 | 101)), "{} ended with {status}: {output}", self.name);
        let results = parse(&output).with_context(|| self.name.clone())?;
        for (test, result) in &results {
            match result {
                SuiteResult::Passed => {}
                SuiteResult::OnlyLocal(_) => println!("test {test} ... only local"),
                SuiteResult::Failed(said) => println!("test {test} ... FAILED\n{said}"),
            }
        }
        Ok(results)
    }
}

/// Parses a test binary's output.
fn parse(output: &str) -> Result<SuiteResults> {
    let mut results = SuiteResults::new();
    let mut failed = BTreeSet::new();
    for line in output.lines() {
        let Some((name, ending)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else {
            continue;
        };
        match ending {
            "ok" => _ = results.insert(name.to_owned(), SuiteResult::Passed),
            "FAILED" => _ = failed.insert(name.to_owned()),
            other => bail!("{name} is {other}"),
        }
    }
    for name in failed {
        let said = said(output, &name);
        let reason = said.lines().find_map(|line| line.strip_prefix(ONLY_LOCAL));
        let result =
            reason.map_or_else(|| SuiteResult::Failed(said.clone()), |why| SuiteResult::OnlyLocal(why.to_owned()));
        results.insert(name, result);
    }
    let announced: usize =
        output.lines().filter_map(|line| line.strip_prefix("running ")?.split_once(' ')?.0.parse::<usize>().ok()).sum();
    ensure!(
        announced > 0 && results.len() == announced,
        "only {} of {announced} tests reported a result",
        results.len()
    );
    Ok(results)
}

/// The output of a failed test.
fn said(output: &str, name: &str) -> String {
    let begins = format!("---- {name} stdout ----");
    let lines = output.lines().skip_while(|line| *line != begins).skip(1);
    let own =
        lines.take_while(|line| !(line.starts_with("---- ") && line.ends_with(" stdout ----")) && *line != "failures:");
    own.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\nrunning 3 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... FAILED\n\nfailures:\n\n\
        ---- c stdout ----\n\nthread 'c' panicked at x.rs:1:1:\nneeds the local cloud: it sets the clock\n\n\
        ---- d stdout ----\n\nthread 'd' panicked at x.rs:2:1:\nleft is not right\n\n\n\
        failures:\n    c\n    d\n\ntest result: FAILED. 1 passed; 2 failed;\n";

    #[test]
    fn each_test_is_read_with_why_it_did_not_pass() {
        let results = parse(OUTPUT).unwrap();
        assert_eq!(results["a::b"], SuiteResult::Passed);
        assert_eq!(results["c"], SuiteResult::OnlyLocal("it sets the clock".to_owned()));
        let SuiteResult::Failed(said) = &results["d"] else { panic!("{results:?}") };
        assert_eq!(said, "thread 'd' panicked at x.rs:2:1:\nleft is not right");
    }

    #[test]
    fn a_test_that_is_ignored_or_missing_is_an_error() {
        assert!(parse("running 1 test\ntest a ... ignored\n").is_err());
        assert!(parse("running 2 tests\ntest a ... ok\n").is_err());
        assert!(parse("running 0 tests\n").is_err());
    }

    #[test]
    fn a_test_of_another_package_is_not_ours() {
        let message = |manifest: &str, kind: &str| {
            serde_json::json!({
                "manifest_path": manifest, "target": { "name": "messages", "kind": [kind] }, "executable": "/t/messages",
            })
        };
        let folder = std::path::Path::new("/w/tests");
        assert!(executable(&message("/w/tests/Cargo.toml", "test"), folder).is_some());
        assert!(executable(&message("/w/shared/store/Cargo.toml", "test"), folder).is_none());
        assert!(executable(&message("/w/tests/Cargo.toml", "lib"), folder).is_none());
    }
}
