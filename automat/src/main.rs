//! A simulated automat with a console. It connects to the local cloud or to AWS IoT Core exactly as a real one does.

mod console;
mod options;

use std::process::ExitCode;

use automat::simulated::SimulatedAutomat;
use clap::Parser as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use options::Options;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let targets = std::env::var("RUST_LOG").ok().and_then(|targets| targets.parse::<Targets>().ok());
    let targets = targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(LevelFilter::TRACE);
    log.finish().with(targets).init();
    match Options::parse().config() {
        Ok(config) => console::run(SimulatedAutomat::start(config)).await,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the automat cannot start");
            ExitCode::FAILURE
        }
    }
}
