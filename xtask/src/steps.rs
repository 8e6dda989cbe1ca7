//! Runs steps one after another and times them. After a failure the rest is only listed, so that the summary shows what
//! ran, what did not, and how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// A remark of a step in the summary, such as how many tests passed. May be empty.
pub type Note = String;

enum StepResult {
    Passed(Note),
    Failed,
    NotRun,
}

#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Duration, StepResult)>,
}

impl Steps {
    /// Runs a step, unless an earlier one failed.
    pub fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<Note>) {
        if self.failed() {
            self.done.push((name, Duration::ZERO, StepResult::NotRun));
            return;
        }
        println!("\n=== {name}");
        let start = Instant::now();
        let result = match step() {
            Ok(note) => StepResult::Passed(note),
            Err(error) => {
                println!("{name} failed: {error:#}");
                StepResult::Failed
            }
        };
        self.done.push((name, start.elapsed(), result));
    }

    /// Prints the summary. Returns whether all steps passed.
    #[must_use]
    pub fn finish(self) -> bool {
        println!();
        for line in self.summary() {
            println!("{line}");
        }
        !self.failed()
    }

    fn failed(&self) -> bool {
        self.done.iter().any(|(_, _, result)| matches!(result, StepResult::Failed))
    }

    fn summary(&self) -> Vec<String> {
        self.done
            .iter()
            .map(|(name, took, result)| {
                let (status, note) = match result {
                    StepResult::Passed(note) => ("ok", note.as_str()),
                    StepResult::Failed => ("FAILED", ""),
                    StepResult::NotRun => ("not run", ""),
                };
                format!("{name:<10} {:>7.1} s  {status:<8} {note}", took.as_secs_f64()).trim_end().to_owned()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_failure_stops_what_follows_and_fails_the_run() {
        let mut steps = Steps::default();
        let mut ran_after = false;
        steps.run("first", || Ok("3 passed".to_owned()));
        steps.run("second", || Err(anyhow!("broken")));
        steps.run("third", || {
            ran_after = true;
            Ok(Note::new())
        });

        assert!(!ran_after);
        let summary = steps.summary();
        assert!(summary[0].ends_with("ok       3 passed"), "{summary:?}");
        assert!(summary[1].ends_with("FAILED"), "{summary:?}");
        assert!(summary[2].ends_with("not run"), "{summary:?}");
        assert!(!steps.finish());
    }

    #[test]
    fn a_run_without_failures_passes() {
        let mut steps = Steps::default();
        steps.run("only", || Ok(Note::new()));
        assert!(steps.finish());
    }
}
