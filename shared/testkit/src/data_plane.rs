//! The data plane of IoT Core in tests: the SDK's client over a connector that the test provides, without a socket.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_iotdataplane::Client;
use aws_sdk_iotdataplane::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use things::Things;

/// A client without retries whose requests go to a connector.
#[must_use]
pub fn data_plane(connector: impl HttpConnector + Clone + 'static) -> Client {
    let config = aws_sdk_iotdataplane::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("any", "any", None, None, "test"))
        .endpoint_url("http://data-plane.local")
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .build();
    Client::from_conf(config)
}

/// The response to a request that succeeded.
#[must_use]
pub fn accepted(body: &Value) -> HttpResponse {
    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body.to_string()))
}

/// The response that the SDK reads as this exception.
#[must_use]
pub fn rejected(status: u16, exception: &'static str) -> HttpResponse {
    let body = json!({ "message": exception }).to_string();
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-errortype", exception);
    response
}

/// Automats for which every request fails with an unknown result.
#[must_use]
pub fn unreachable_things() -> Things {
    Things::new(data_plane(Nowhere))
}

#[derive(Debug, Clone)]
struct Nowhere;

impl HttpConnector for Nowhere {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".into())))
    }
}

/// The topics of a data plane: what is published, and failures on demand. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Publications {
    published: Arc<Mutex<Vec<(String, Value)>>>,
    away: Arc<AtomicBool>,
}

impl Publications {
    #[must_use]
    pub fn things(&self) -> Things {
        Things::new(self.client())
    }

    #[must_use]
    pub fn client(&self) -> Client {
        data_plane(self.clone())
    }

    /// Whether every request fails.
    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    /// What was published since the last call, with its topic.
    #[must_use]
    pub fn take(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.published.lock().unwrap())
    }
}

impl HttpConnector for Publications {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.away.load(Ordering::Relaxed) {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("the data plane is away".into())));
        }
        let path = request.uri().split('?').next().unwrap();
        let (_, topic) = path.split_once("/topics/").unwrap();
        let message = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        self.published.lock().unwrap().push((topic.replace("%2F", "/"), message));
        HttpConnectorFuture::ready(Ok(accepted(&json!({}))))
    }
}
