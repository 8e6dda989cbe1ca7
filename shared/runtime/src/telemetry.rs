//! Logging: one JSON object per line on standard output, which Lambda collects.

use tracing_subscriber::EnvFilter;

/// Starts logging, at the level of Lambda's own logging settings, otherwise of `RUST_LOG`, otherwise `info`.
pub fn telemetry() {
    let level = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].iter().find_map(|name| std::env::var(name).ok());
    let filter = EnvFilter::builder().parse_lossy(level.as_deref().unwrap_or("info").to_lowercase());
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false);
    // Fails only if logging was started already.
    let _ = subscriber.with_span_list(false).with_env_filter(filter).with_target(false).try_init();
}
