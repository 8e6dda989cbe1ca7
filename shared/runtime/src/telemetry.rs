//! Logs: one JSON object a line on standard output, where Lambda collects them.

use tracing_subscriber::EnvFilter;

/// Starts logging, at the level that Lambda's own logging settings ask for, else `RUST_LOG`, else `info`.
pub fn telemetry() {
    let level = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].iter().find_map(|name| std::env::var(name).ok());
    let filter = EnvFilter::builder().parse_lossy(level.as_deref().unwrap_or("info").to_lowercase());
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false);
    // Fails only where somebody logs already, and then there is nothing to do.
    let _ = subscriber.with_span_list(false).with_env_filter(filter).with_target(false).try_init();
}
