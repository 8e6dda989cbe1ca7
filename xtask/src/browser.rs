//! The dashboard as people have it: each job in Debian's Chromium, from the sign-in to the device's motor, and every page
//! before what judges pages (axe, Lighthouse, our own budget). The tests are Python's (`tests/browser`); screenshots and
//! figures stay in the target folder.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    process::{run, shown},
    project::Project,
    steps::Note,
    tools::Tools,
};

/// Runs the tests; with `all`, Lighthouse looks at every page.
pub fn check(project: &Project, all: bool) -> Result<Note> {
    // The binaries are those that the tests have built; a build of their own would compile half of it anew.
    run(project.cargo().args(["test", "--locked", "--workspace", "--no-run"]))?;
    let tools = Tools::browser(project)?;
    let judges = Tools::judges_of_pages(project)?;
    let out = project.target.join("screenshots");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let mut command = tools.command("python")?;
    // Nothing is left in the source tree.
    command.args(["-B", "-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--strict-markers"]);
    command.arg("--binaries").arg(project.target.join("debug"));
    command.arg("--judges").arg(judges).arg("--out").arg(&out);
    if all {
        command.arg("--all");
    }
    command.arg(project.root.join("tests/browser")).stdout(Stdio::piped());
    let shown = shown(&command);
    println!("$ {shown}");
    let mut child = command.spawn().with_context(|| format!("cannot start `{shown}`"))?;
    let mut last = String::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            last = line?;
            println!("{last}");
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "`{shown}` ended with {status}");
    judge(&last)
}

/// By pytest's last line: everything has run, and passed.
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
    fn only_a_run_in_which_everything_passed_is_good() {
        assert_eq!(judge("41 passed in 73.21s (0:01:13)").unwrap(), "41 passed");
        for last in
            ["40 passed, 1 skipped in 3.1s", "1 failed, 3 passed in 2s", "no tests ran in 0.01s", "", "0 passed in 1s"]
        {
            assert!(judge(last).is_err(), "{last}");
        }
    }
}
