//! Runs the local cloud until Ctrl-C or SIGTERM. The guide goes to standard output, the log to standard error.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use local_cloud::signals::Signals;
use local_cloud::{LocalCloud, Options, descriptors};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<()> {
    let log = tracing_subscriber::fmt().compact().with_target(false).with_ansi(stderr().is_terminal());
    let targets: Targets = options.log_filter().parse()?;
    log.with_writer(stderr).with_max_level(LevelFilter::TRACE).finish().with(targets).init();
    // All files this process creates are private to its owner: the table and SQLite's files beside it, keys, shadows.
    #[cfg(unix)]
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    descriptors::raise();
    let mut signals = Signals::listen()?;
    let cloud = LocalCloud::start(options).await?;
    write!(stdout(), "{}", cloud.guide())?;
    signals.next().await;
    tracing::info!("stopping; signal again to stop immediately");
    tokio::select! {
        () = cloud.stop() => {}
        () = signals.next() => {}
    }
    Ok(())
}
