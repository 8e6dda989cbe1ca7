//! The data plane without a socket: the SDK's client on the shadow service, with failures on demand.

use std::sync::{Arc, Mutex};

use aws_sdk_iotdataplane::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use iot::Shadows;
use iot::shadow::{Address, Operation};
use serde_json::{Value, json};
use testkit::{accepted, at, data_plane, rejected};

/// What [`DataPlane::held`] returns for an empty shadow.
pub(crate) fn nothing() -> [Value; 3] {
    [json!({}), json!({}), json!({})]
}

/// Clones share their state.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataPlane {
    shadows: Arc<Shadows>,
    published: Arc<Mutex<Vec<(String, Value)>>>,
    away: Arc<Mutex<bool>>,
}

impl DataPlane {
    pub(crate) fn client(&self) -> Client {
        data_plane(self.clone())
    }

    /// Whether every request fails.
    pub(crate) fn set_away(&self, away: bool) {
        *self.away.lock().unwrap() = away;
    }

    /// Updates the shadow of `lobby` as its device or another client would. Returns the new version.
    pub(crate) fn update(&self, state: &Value) -> u64 {
        let update = json!({ "state": state }).to_string();
        let answer = self.shadows.request(&lobby(), Operation::Update, update.as_bytes(), at(0).millis()).answer;
        answer.unwrap()["version"].as_u64().unwrap()
    }

    /// What the shadow of `lobby` holds by locker: the requests, those the device has seen, and its reports.
    pub(crate) fn held(&self) -> [Value; 3] {
        let answer = self.shadows.request(&lobby(), Operation::Get, b"", at(0).millis()).answer.unwrap();
        ["/state/desired/o", "/state/reported/o", "/state/reported/r"]
            .map(|part| answer.pointer(part).cloned().unwrap_or_else(|| json!({})))
    }

    /// Publications to topics: the replies to keypad entries.
    pub(crate) fn published(&self) -> Vec<(String, Value)> {
        self.published.lock().unwrap().clone()
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let body = request.body().bytes().unwrap_or_default();
        let path = request.uri().split('?').next().unwrap();
        if let Some((_, topic)) = path.split_once("/topics/") {
            let message = (topic.replace("%2F", "/"), serde_json::from_slice(body).unwrap());
            self.published.lock().unwrap().push(message);
            return accepted(&json!({}));
        }
        assert!(path.ends_with("/things/lobby/shadow"), "{path} is no shadow of the tests'");
        let operation = if request.method() == "GET" { Operation::Get } else { Operation::Update };
        match self.shadows.request(&lobby(), operation, body, at(0).millis()).answer {
            Ok(answer) => accepted(&answer),
            Err(rejection) => rejected(rejection.code(), rejection.exception()),
        }
    }
}

fn lobby() -> Address {
    Address::new("lobby", Some("open")).unwrap()
}

impl HttpConnector for DataPlane {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if *self.away.lock().unwrap() {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("the data plane is away".into())));
        }
        HttpConnectorFuture::ready(Ok(self.answer(&request)))
    }
}
