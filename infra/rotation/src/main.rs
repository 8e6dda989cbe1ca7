//! Rotates the PIN secret of a deployed stack. `infra/runbooks/pin-secret.md` describes when to run which step.

use std::process::ExitCode;

use clap::Parser as _;

use crate::options::Options;
use crate::stack::Stack;

mod fleet;
mod options;
mod secret;
mod stack;
mod step;
#[cfg(test)]
mod whole;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let stack = match Stack::open(&options) {
        Ok(stack) => stack,
        Err(error) => return failed(&error),
    };
    match step::take(&stack, options.step).await {
        Ok(report) => say(&report.to_string()),
        Err(error) => failed(&error),
    }
}

#[expect(clippy::print_stdout, reason = "the result of a step is its output")]
fn say(report: &str) -> ExitCode {
    println!("{report}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "and so is the reason of a refusal")]
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
