//! What the SDK clients are made with.

use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::SharedHttpClient;
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
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(https()?)
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts);
    Ok(loader.load().await)
}

/// The same for what must not happen twice: no retries, and patience with a provider that is slow to answer, since
/// whoever gives up does not know whether it was done.
pub(crate) fn once(config: &SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build();
    config.to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build()
}

fn https() -> Result<SharedHttpClient, StartError> {
    Ok(Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?).build_https())
}

/// For what of AWS has no SDK client: the sign-in's own address, whose certificate goes back to the same authorities.
pub fn connector() -> Result<SharedHttpConnector, StartError> {
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls()?);
    let connect = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(1)).build();
    let connector = connector.connector_settings(connect).sleep_impl(TokioSleep::new());
    Ok(SharedHttpConnector::new(connector.build()))
}

fn tls() -> Result<TlsContext, StartError> {
    let roots = ROOTS.into_iter().fold(TrustStore::empty(), TrustStore::with_pem_certificate);
    TlsContext::builder().with_trust_store(roots).build().map_err(StartError::Tls)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::{Credentials, Region};

    use super::*;

    /// The client reads the authorities when it first connects, and panics if it cannot.
    #[tokio::test]
    async fn the_authorities_can_be_read() {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url("https://127.0.0.1:1")
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .http_client(https().unwrap())
            .retry_config(RetryConfig::disabled())
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let error = client.list_tables().send().await.unwrap_err();
        assert!(error.as_service_error().is_none(), "nobody is there");
    }
}
