//! A data plane whose answers, and their times, are set by the test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_sdk_iotdataplane::Client;
use aws_sdk_iotdataplane::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use things::Things;
use tokio::sync::oneshot;

/// What a request is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Done,
    TooLarge,
    Invalid,
    Throttled,
    Unavailable,
}

/// Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataPlane(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What the next requests are answered, and when; all others are done at once.
    answers: VecDeque<(Answer, Option<oneshot::Receiver<()>>)>,
    updates: Vec<Vec<u16>>,
}

impl DataPlane {
    pub(crate) fn things(&self) -> Things {
        let config = aws_sdk_iotdataplane::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("any", "any", None, None, "test"))
            .endpoint_url("http://data-plane.local")
            .retry_config(RetryConfig::disabled())
            .http_client(self.clone())
            .build();
        Things::new(Client::from_conf(config))
    }

    /// The next request that has no answer yet is given this one at once.
    pub(crate) fn answer(&self, answer: Answer) {
        self.0.lock().unwrap().answers.push_back((answer, None));
    }

    /// The next request that has no answer yet is given this one when the test says so.
    pub(crate) fn answer_later(&self, answer: Answer) -> oneshot::Sender<()> {
        let (release, released) = oneshot::channel();
        self.0.lock().unwrap().answers.push_back((answer, Some(released)));
        release
    }

    /// The lockers in each request so far.
    pub(crate) fn updates(&self) -> Vec<Vec<u16>> {
        self.0.lock().unwrap().updates.clone()
    }
}

impl HttpConnector for DataPlane {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.method() == "GET" {
            return HttpConnectorFuture::ready(Ok(answered(404, Some("ResourceNotFoundException"))));
        }
        let update: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let requests = update["state"]["desired"]["o"].as_object().unwrap();
        let mut lockers: Vec<u16> = requests.keys().map(|locker| locker.parse().unwrap()).collect();
        lockers.sort_unstable();
        let mut state = self.0.lock().unwrap();
        state.updates.push(lockers);
        let (answer, released) = state.answers.pop_front().unwrap_or((Answer::Done, None));
        HttpConnectorFuture::new(async move {
            if let Some(released) = released {
                released.await.unwrap();
            }
            Ok(response(answer))
        })
    }
}

fn response(answer: Answer) -> HttpResponse {
    let (status, exception) = match answer {
        Answer::Done => (200, None),
        Answer::TooLarge => (413, Some("RequestEntityTooLargeException")),
        Answer::Invalid => (400, Some("InvalidRequestException")),
        Answer::Throttled => (429, Some("ThrottlingException")),
        Answer::Unavailable => (503, Some("ServiceUnavailableException")),
    };
    answered(status, exception)
}

fn answered(status: u16, exception: Option<&'static str>) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from("{}"));
    if let Some(exception) = exception {
        response.headers_mut().insert("x-amzn-errortype", exception);
    }
    response
}

impl HttpClient for DataPlane {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
