//! A response as a client gets it.

use http::HeaderMap;
use serde_json::{Value, json};

use crate::document;

/// A response, read to its end.
#[derive(Debug, Clone)]
pub struct ApiResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The method and path of the request, for assertion messages.
    pub asked: String,
    /// Whether it comes from a deployed stack, which has a gateway in front of the functions.
    deployed: bool,
}

impl ApiResponse {
    pub(crate) async fn read(response: reqwest::Response, asked: String, deployed: bool) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: the response was cut off: {error}"));
        let answer = Self { status, headers, bytes: bytes.to_vec(), asked, deployed };
        document::assert_conforms(&answer);
        answer
    }

    /// Whether a deployed stack's gateway has rejected the request before any function saw it. Its body is a message of
    /// the gateway, not a problem.
    #[must_use]
    pub fn is_of_gateway(&self) -> bool {
        let body = || serde_json::from_slice::<Value>(&self.bytes).unwrap_or_default();
        let says = |text: &str| body() == json!({ "message": text });
        // ministack answers any OPTIONS itself; API Gateway only where there are origins to let in.
        let of_origins = || self.asked.starts_with("OPTIONS ") && self.text().contains("\"CORS ");
        self.deployed
            && match self.status {
                401 => says("Unauthorized"),
                403 => says("Forbidden") || of_origins(),
                _ => false,
            }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{}: {} {error}: {}", self.asked, self.status, self.text()))
    }

    /// A header, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of an answer that must have this status; null when there is none.
    #[track_caller]
    #[must_use]
    pub fn body(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The same where the body does not matter.
    #[track_caller]
    pub fn is(&self, status: u16) {
        _ = self.body(status);
    }

    /// The list of an answer that must be one.
    #[track_caller]
    #[must_use]
    pub fn data(&self) -> Vec<Value> {
        self.body(200)["data"].as_array().unwrap_or_else(|| panic!("{}: no list: {}", self.asked, self.text())).clone()
    }

    /// The problem that the answer must be: of this code, and whole.
    #[track_caller]
    #[must_use]
    pub fn problem(&self, code: &str) -> Value {
        let problem = self.any_problem();
        assert_eq!(problem["code"], code, "{}: {problem}", self.asked);
        problem
    }

    /// The problem that the answer must be, whichever: with all that every problem has. Of what a deployed stack's
    /// gateway turned away there is only its code.
    #[track_caller]
    #[must_use]
    pub fn any_problem(&self) -> Value {
        if self.is_of_gateway() {
            return json!({ "code": if self.status == 401 { "unauthenticated" } else { "forbidden" } });
        }
        let asked = &self.asked;
        assert_eq!(self.header("content-type"), "application/problem+json", "{asked}: {} {}", self.status, self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{asked}");
        let code = problem["code"].as_str().unwrap_or_default();
        assert_eq!(problem["type"], format!("/problems/{code}"), "{asked}: {problem}");
        for text in ["title", "detail", "instance"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{asked}: {text} of {problem}");
        }
        for error in problem["errors"].as_array().unwrap_or_else(|| panic!("{asked}: errors of {problem}")) {
            assert!(["field", "code", "detail"].iter().all(|part| error[part].is_string()), "{asked}: {error}");
        }
        let correlation = problem["correlationId"].as_str().unwrap_or_default();
        assert!(!correlation.is_empty(), "{asked}: {problem}");
        assert_eq!(self.header("x-correlation-id"), correlation, "{asked}");
        assert_eq!(self.header("cache-control"), "no-store", "{asked}");
        problem
    }
}
