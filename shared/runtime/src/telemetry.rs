//! Logging: one JSON object per line on standard output, which Lambda collects.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging, at the level of Lambda's own logging settings, otherwise of `RUST_LOG`, otherwise `info`.
pub fn telemetry() {
    let level = level(|name| std::env::var(name).ok());
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false);
    // Fails only if logging was started already.
    let _ = subscriber.with_span_list(false).with_max_level(level).with_target(false).try_init();
}

/// Only a level, in any case: no levels of single targets, whose filter is built from regular expressions at every
/// start. What is not a level means `info`, so that a mistake loses no errors.
fn level(variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    let level = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].into_iter().find_map(variable);
    level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_of(lambda: Option<&str>, rust: Option<&str>) -> LevelFilter {
        level(|name| match name {
            "AWS_LAMBDA_LOG_LEVEL" => lambda.map(str::to_owned),
            "RUST_LOG" => rust.map(str::to_owned),
            _ => None,
        })
    }

    /// `template.yaml` allows the first four.
    #[test]
    fn every_level_of_lambda_is_a_level_here() {
        for (name, level) in [
            ("DEBUG", LevelFilter::DEBUG),
            ("INFO", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("ERROR", LevelFilter::ERROR),
            ("TRACE", LevelFilter::TRACE),
        ] {
            assert_eq!(level_of(Some(name), None), level, "{name}");
            assert_eq!(level_of(None, Some(&name.to_lowercase())), level, "{name}");
        }
        assert_eq!(level_of(None, Some("off")), LevelFilter::OFF);
    }

    #[test]
    fn lambdas_setting_comes_before_rust_log_and_info_is_the_default() {
        assert_eq!(level_of(Some("WARN"), Some("debug")), LevelFilter::WARN);
        assert_eq!(level_of(None, None), LevelFilter::INFO);
        for not_a_level in ["FATAL", "info,hyper=debug", "loud"] {
            assert_eq!(level_of(Some(not_a_level), None), LevelFilter::INFO, "{not_a_level}");
        }
    }
}
