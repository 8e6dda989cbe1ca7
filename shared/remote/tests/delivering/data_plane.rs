//! A data plane whose answers, and their times, are set by the test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use testkit::{accepted, data_plane, rejected};
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
        Things::new(data_plane(self.clone()))
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
            return HttpConnectorFuture::ready(Ok(rejected(404, "ResourceNotFoundException")));
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
    match answer {
        Answer::Done => accepted(&json!({})),
        Answer::TooLarge => rejected(413, "RequestEntityTooLargeException"),
        Answer::Invalid => rejected(400, "InvalidRequestException"),
        Answer::Throttled => rejected(429, "ThrottlingException"),
        Answer::Unavailable => rejected(503, "ServiceUnavailableException"),
    }
}
