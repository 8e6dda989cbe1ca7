//! Compares the index of a deployed stack with its contracts and messages, and rebuilds it. `infra/runbooks/search.md` says when.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clock::Random;
use store::{ProjectionReport, Store};

/// Compares the index of a deployed stack with its contracts and messages. Credentials and region come from the environment.
#[derive(Debug, Parser)]
struct Options {
    /// Name of the stack's table: its output `TableName`.
    #[arg(long)]
    table: String,
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Step {
    /// Show what is wrong. Changes nothing. What the projector has yet to do counts as wrong.
    Check,
    /// Put what is missing, and delete what is outdated.
    Rebuild,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("setting up")]
    Start(#[from] runtime::StartError),
    #[error("the table")]
    Store(#[from] store::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let Options { table, step } = Options::parse();
    match open(&table) {
        Ok(store) => end(step, take(&store, step).await),
        Err(error) => end(step, Err(error)),
    }
}

fn open(table: &str) -> Result<Store, Error> {
    let client = aws_sdk_dynamodb::Client::new(&runtime::config()?);
    Ok(Store::without_codes(client, table, Random::system())?)
}

async fn take(store: &Store, step: Step) -> Result<ProjectionReport, Error> {
    Ok(match step {
        Step::Check => store.check_projection().await?,
        Step::Rebuild => store.rebuild_projection().await?,
    })
}

/// A check succeeds if nothing is wrong, a rebuild if everything could be put right.
fn succeeded(step: Step, report: &ProjectionReport) -> bool {
    match step {
        Step::Check => report.is_right(),
        Step::Rebuild => report.failed == 0,
    }
}

fn shown(report: &ProjectionReport) -> String {
    let ProjectionReport { contracts, messages, entries, missing, outdated, failed } = report;
    format!(
        "{contracts} contracts, {messages} messages, {entries} entries: {missing} missing, {outdated} outdated, {failed} contracts or messages unreadable or busy"
    )
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the result of a step is its output")]
fn end(step: Step, taken: Result<ProjectionReport, Error>) -> ExitCode {
    let error = match taken {
        Ok(report) => {
            println!("{}", shown(&report));
            return if succeeded(step, &report) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Err(error) => error,
    };
    eprintln!("error: {error}");
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use testkit::{TestTable, automat, contract, key, metadata};

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Options::command().debug_assert();
    }

    #[tokio::test]
    async fn a_check_fails_until_the_index_has_been_rebuilt() {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 1), &metadata()).await.unwrap();
        table.store.create_key(key("A"), &metadata()).await.unwrap();
        let id = domain::KeyId::parse("A").unwrap();
        table.store.create_contract(contract(&id, 0, 100), &metadata()).await.unwrap();
        let step = async |step| {
            let report = take(&table.store, step).await.unwrap();
            (shown(&report), succeeded(step, &report))
        };
        let wrong =
            "1 contracts, 0 messages, 0 entries: 6 missing, 0 outdated, 0 contracts or messages unreadable or busy"
                .to_owned();
        assert_eq!(step(Step::Check).await, (wrong.clone(), false));
        assert_eq!(step(Step::Rebuild).await, (wrong, true));
        let right =
            "1 contracts, 0 messages, 6 entries: 0 missing, 0 outdated, 0 contracts or messages unreadable or busy"
                .to_owned();
        assert_eq!(step(Step::Check).await, (right, true));
    }
}
