//! A simulated automat with a console. It connects to the local cloud or to AWS IoT Core exactly as a real one does.

mod console;
mod options;

use std::process::ExitCode;

use automat::simulated::SimulatedAutomat;
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use options::Options;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Options::parse().config() {
        Ok(config) => console::run(SimulatedAutomat::start(config)).await,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the automat cannot start");
            ExitCode::FAILURE
        }
    }
}
