//! Automats that cannot be reached.

use aws_sdk_iotdataplane::config::retry::RetryConfig;
use aws_sdk_iotdataplane::config::{BehaviorVersion, Region};
use aws_sdk_iotdataplane::{Client, Config};
use things::Things;

/// A client for which every request fails with an unknown result.
#[must_use]
pub fn nowhere() -> Things {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .endpoint_url("http://127.0.0.1:1")
        .retry_config(RetryConfig::disabled())
        .allow_no_auth()
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Things::new(Client::from_conf(config))
}
