//! Steps run one after another, each timed; after the first failure the rest is only listed, so that the summary
//! at the end always tells what ran, what did not, and how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// What a step says of itself in the summary, such as how many tests passed; may be empty.
pub type Note = String;

enum Outcome {
    Passed(Note),
    Failed,
    NotRun,
}

/// The steps of one run.
#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Duration, Outcome)>,
}

impl Steps {
    /// Runs a step, unless an earlier one failed.
    pub fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<Note>) {
        if self.failed() {
            self.done.push((name, Duration::ZERO, Outcome::NotRun));
            return;
        }
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = match step() {
            Ok(note) => Outcome::Passed(note),
            Err(error) => {
                println!("{name} failed: {error:#}");
                Outcome::Failed
            }
        };
        self.done.push((name, start.elapsed(), outcome));
    }

    /// Prints the summary and tells whether all steps passed.
    #[must_use]
    pub fn finish(self) -> bool {
        println!();
        for line in self.summary() {
            println!("{line}");
        }
        !self.failed()
    }

    fn failed(&self) -> bool {
        self.done.iter().any(|(_, _, outcome)| matches!(outcome, Outcome::Failed))
    }

    fn summary(&self) -> Vec<String> {
        self.done
            .iter()
            .map(|(name, took, outcome)| {
                let (word, note) = match outcome {
                    Outcome::Passed(note) => ("ok", note.as_str()),
                    Outcome::Failed => ("FAILED", ""),
                    Outcome::NotRun => ("not run", ""),
                };
                format!("{name:<10} {:>7.1} s  {word:<8} {note}", took.as_secs_f64()).trim_end().to_owned()
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
