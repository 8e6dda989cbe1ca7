//! The steps that need only the Rust toolchain.

use anyhow::{Result, ensure};

use crate::{
    process::{follow, run, shown},
    project::Project,
    steps::Note,
    vocabulary,
};

/// Formats the code; with `check`, only checks the format.
pub fn format(project: &Project, check: bool) -> Result<Note> {
    let mut command = project.cargo();
    command.args(["fmt", "--all"]);
    if check {
        command.arg("--check");
    }
    run(&mut command)?;
    Ok(Note::new())
}

/// Checks the vocabulary, then runs clippy on everything, including tests and benches.
pub fn lint(project: &Project) -> Result<Note> {
    let checked = vocabulary::check(project)?;
    println!("vocabulary: {checked} files checked");
    run(project.cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(Note::new())
}

/// Builds the documentation. A broken link is an error.
pub fn document(project: &Project) -> Result<Note> {
    run(project.cargo().args(["doc", "--locked", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Note::new())
}

/// Compiles all tests: a step of its own, so that the time of the next one is that of the tests.
pub fn compile_tests(project: &Project) -> Result<Note> {
    run(project.cargo().args(["test", "--locked", "--workspace", "--no-run"]))?;
    Ok(Note::new())
}

/// Runs all tests. A run that executed no test or ignored one is a failure.
pub fn test(project: &Project) -> Result<Note> {
    let mut command = project.cargo();
    command.args(["test", "--locked", "--workspace"]);
    println!("$ {}", shown(&command));
    let mut count = Count::default();
    let status = follow(&mut command, |line| {
        println!("{line}");
        count.add(line);
    })?;
    ensure!(status.success(), "the tests ended with {status}");
    count.judge()
}

/// The tests of all binaries.
#[derive(Debug, Default, PartialEq)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Count {
    /// Adds the counts of a test binary's last line; other lines are skipped.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for (number, what) in counts.split("; ").filter_map(|part| part.split_once(' ')) {
            let number = number.parse::<u64>().unwrap_or_default();
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    fn judge(&self) -> Result<Note> {
        ensure!(self.passed > 0, "no test was executed");
        ensure!(self.failed == 0, "{} tests failed", self.failed);
        ensure!(self.ignored == 0, "{} tests are ignored: fix or delete them", self.ignored);
        // CI parses this line.
        println!("tests: {} passed, {} failed", self.passed, self.failed);
        Ok(format!("{} passed", self.passed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        for line in lines {
            count.add(line);
        }
        count
    }

    #[test]
    fn counts_of_all_binaries_are_added() {
        let counted = count(&[
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ]);
        assert_eq!(counted, Count { passed: 7, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_run_without_tests_or_with_failed_or_ignored_ones_fails() {
        assert!(Count::default().judge().is_err());
        assert!(Count { passed: 1, failed: 1, ignored: 0 }.judge().is_err());
        assert!(Count { passed: 1, failed: 0, ignored: 1 }.judge().is_err());
        assert_eq!(Count { passed: 1, failed: 0, ignored: 0 }.judge().unwrap(), "1 passed");
    }
}
