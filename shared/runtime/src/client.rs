//! What the SDK clients are made with.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::{ProvideCredentials, SharedHttpClient};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

use crate::StartError;

/// The authorities that every AWS endpoint's certificate goes back to (<https://www.amazontrust.com/repository/>).
/// Reading these few at a cold start takes a fraction of what the system's whole store takes.
const ROOTS: [&[u8]; 5] = [
    include_bytes!("../roots/amazon-root-ca-1.pem"),
    include_bytes!("../roots/amazon-root-ca-2.pem"),
    include_bytes!("../roots/amazon-root-ca-3.pem"),
    include_bytes!("../roots/amazon-root-ca-4.pem"),
    include_bytes!("../roots/starfield-services-root-ca-g2.pem"),
];

/// Region and credentials from the environment alone, as Lambda gives them: no profile, SSO, process or instance
/// metadata is asked. The timeouts leave room for the SDK's own retries within API Gateway's 30 s.
pub async fn config() -> Result<SdkConfig, StartError> {
    config_of(EnvironmentVariableRegionProvider::new(), EnvironmentVariableCredentialsProvider::new()).await
}

async fn config_of(
    region: impl ProvideRegion + 'static,
    credentials: impl ProvideCredentials + 'static,
) -> Result<SdkConfig, StartError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .http_client(https(None)?)
        .retry_config(retries())
        .timeout_config(timeouts);
    Ok(loader.load().await)
}

/// The same for what must not happen twice: no retries, and patience with a provider that is slow to answer, since
/// whoever gives up does not know whether it was done. Each call has a connection of its own: one from before a freeze
/// may have been reset since, and a request lost on it could not be told from one that was received (ADR 0038).
pub(crate) fn once(config: &SdkConfig) -> Result<SdkConfig, StartError> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build();
    let http = https(Some(0))?;
    Ok(config.to_builder().http_client(http).retry_config(RetryConfig::disabled()).timeout_config(timeouts).build())
}

/// The first call after a freeze may meet a dead connection and is then retried. The SDK's default would wait up to 1 s
/// before that, and 0.5 s on average. This begins at 0.1 s, and has two attempts more for a table that throttles.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)).with_max_attempts(5)
}

/// `max_idle` is how many connections are kept for later calls; with `None` there is no limit.
fn https(max_idle: Option<usize>) -> Result<SharedHttpClient, StartError> {
    let mut builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?);
    builder.set_pool_max_idle_per_host(max_idle);
    Ok(builder.build_https())
}

/// For what of AWS has no SDK client: the sign-in's own address, whose certificate goes back to the same authorities.
/// It has no retries, since a sign-in's code is good once; so each call has a connection of its own here too.
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
