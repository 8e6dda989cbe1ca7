//! Runs a folder of Python tests. A run that executed no test or skipped one is a failure.

use std::ffi::OsStr;

use anyhow::{Context as _, Result, ensure};

use crate::{
    process::{follow, shown},
    project::Project,
    steps::Note,
    tools::Tools,
};

/// Runs the tests of a folder. `arguments` are its own options besides `--binaries`.
pub(crate) fn run(project: &Project, tools: &Tools, folder: &str, arguments: &[&OsStr]) -> Result<Note> {
    let mut command = tools.command("python")?;
    // No cache in the source tree.
    command.args(["-B", "-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--strict-markers"]);
    command.arg("--binaries").arg(project.target.join("debug")).args(arguments);
    command.arg(project.root.join(folder));
    println!("$ {}", shown(&command));
    let mut last = String::new();
    let status = follow(&mut command, |line| {
        println!("{line}");
        line.clone_into(&mut last);
    })?;
    ensure!(status.success(), "pytest ended with {status}");
    judge(&last)
}

/// Parses pytest's last line: all tests must have run and passed.
fn judge(last: &str) -> Result<Note> {
    let (counts, _) = last.split_once(" in ").with_context(|| format!("pytest ended with {last:?}"))?;
    ensure!(
        counts.strip_suffix(" passed").is_some_and(|number| number.parse().is_ok_and(|number: u32| number > 0)),
        "pytest's end is {counts:?}: let every test run and pass, or delete it"
    );
    Ok(counts.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_in_which_everything_passed_is_accepted() {
        assert_eq!(judge("41 passed in 73.21s (0:01:13)").unwrap(), "41 passed");
        for last in
            ["40 passed, 1 skipped in 3.1s", "1 failed, 3 passed in 2s", "no tests ran in 0.01s", "", "0 passed in 1s"]
        {
            assert!(judge(last).is_err(), "{last}");
        }
    }
}
