//! The configuration of the SDK clients.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedAsyncSleep, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use aws_types::SdkConfig;

use crate::{SettingsError, StartError};

/// The root certificates of all AWS endpoints (<https://www.amazontrust.com/repository/>). At a cold start, reading
/// these few takes a fraction of the time that reading the system's whole store takes.
const ROOTS: [&[u8]; 5] = [
    include_bytes!("../roots/amazon-root-ca-1.pem"),
    include_bytes!("../roots/amazon-root-ca-2.pem"),
    include_bytes!("../roots/amazon-root-ca-3.pem"),
    include_bytes!("../roots/amazon-root-ca-4.pem"),
    include_bytes!("../roots/starfield-services-root-ca-g2.pem"),
];

/// Region and credentials come from the environment, as Lambda sets it: no profile, SSO, process or instance metadata is
/// tried. The timeouts leave room for the SDK's own retries within API Gateway's 30 s.
///
/// This is not the loader of `aws-config`, which reads settings that no function has, and brings a client of STS.
pub fn config() -> Result<SdkConfig, StartError> {
    config_from(|name| std::env::var(name).ok())
}

fn config_from(variable: impl Fn(&str) -> Option<String>) -> Result<SdkConfig, StartError> {
    let optional = |name| variable(name).filter(|value| !value.is_empty());
    let required = |name| optional(name).ok_or(SettingsError::Missing(name));
    let region = optional("AWS_REGION").or_else(|| optional("AWS_DEFAULT_REGION"));
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.ok_or(SettingsError::Missing("AWS_REGION"))?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(https(None)?)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(retries())
        .timeout_config(timeouts);
    config.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
    Ok(config.build())
}

/// The configuration for calls that must not happen twice: no retries, and a long timeout, since after a timeout it is
/// unknown whether the call succeeded. Each call opens its own connection: one from before a freeze may have been
/// reset, and a request lost on it looks the same as one that was received (ADR 0038).
pub(crate) fn once(config: &SdkConfig) -> Result<SdkConfig, StartError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build();
    let http = https(Some(0))?;
    Ok(config.to_builder().http_client(http).retry_config(RetryConfig::disabled()).timeout_config(timeouts).build())
}

/// The first call after a freeze may meet a dead connection and is then retried. The SDK would wait up to 1 s before
/// that, 0.5 s on average. This starts at 0.1 s, and has two more attempts for a throttled table.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)).with_max_attempts(5)
}

/// `max_idle` is the number of connections kept for later calls; `None` means no limit.
fn https(max_idle: Option<usize>) -> Result<SharedHttpClient, StartError> {
    let mut builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?);
    builder.set_pool_max_idle_per_host(max_idle);
    Ok(builder.build_https())
}

/// A connector for the sign-in pages, which have no SDK client and use the same root certificates. There are no
/// retries, since an authorization code can be used once, so each call opens its own connection.
pub fn connector() -> Result<SharedHttpConnector, StartError> {
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?);
    let connect = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(1)).build();
    let connector = connector.connector_settings(connect).sleep_impl(TokioSleep::new()).pool_max_idle_per_host(0);
    Ok(SharedHttpConnector::new(connector.build()))
}

fn tls() -> Result<TlsContext, StartError> {
    let roots = ROOTS.into_iter().fold(TrustStore::empty(), TrustStore::with_pem_certificate);
    TlsContext::builder().with_trust_store(roots).build().map_err(StartError::Tls)
}

#[cfg(test)]
mod tests;
