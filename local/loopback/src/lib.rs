//! Services for SDK clients on this machine.
//!
//! Callers send the access key id that they were given, as part of their request's signature. The signature is not
//! verified, so the id is the credential, and ports are on loopback only. Requests from web pages are refused.

mod server;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

pub use server::{PortError, Server};

/// The configuration of SDK clients for a service at this URL.
pub fn sdk_config(url: &str, access_key_id: &str, http: impl HttpClient + 'static, retries: RetryConfig) -> SdkConfig {
    let credentials = Credentials::new(access_key_id, "local", None, None, "loopback");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .http_client(http)
        .retry_config(retries)
        .build()
}

/// Compares two secrets in constant time for a given length, so that timing reveals nothing but their length.
#[must_use]
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}
