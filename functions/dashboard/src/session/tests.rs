//! The check with a scripted identity provider.

use std::sync::{Arc, Mutex};

use api::testing;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clock::Clock;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERER, STRICT_TRANSPORT_SECURITY};
use testkit::at;
use tower::ServiceExt as _;

use super::*;

const US: &str = "https://keys.example";

#[derive(Debug, Clone, Default)]
struct Scripted {
    /// Status and body. `None` if it cannot be reached.
    answer: Option<(u16, &'static str)>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.lock().unwrap().push(request.uri().to_owned());
        HttpConnectorFuture::ready(match self.answer {
            Some((status, body)) => Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))),
            None => Err(ConnectorError::io("nobody is there".into())),
        })
    }
}

struct Scene {
    pages: Router,
    clock: Clock,
    sign_in: Scripted,
}

impl Scene {
    fn new(answer: Option<(u16, &'static str)>) -> Self {
        let sign_in = Scripted { answer, requests: Arc::default() };
        let settings = SignInSettings {
            pages: "https://sign-in.example".to_owned(),
            issuer: "https://issuer.example/pool".to_owned(),
            keys: "https://issuer.example/pool/keys".to_owned(),
            client: "web".to_owned(),
            dashboard: US.to_owned(),
        };
        let open = SignIn::new(settings, SharedHttpConnector::new(sign_in.clone()));
        let clock = Clock::fixed(at(0));
        Self { pages: pages(open, &clock), clock, sign_in }
    }

    async fn send(&self, method: &str, path: &str, cookies: &str) -> Response {
        let request = testing::request_without_token(method, path).header(COOKIE, cookies).header(ORIGIN, US);
        self.pages.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.sign_in.requests.lock().unwrap())
    }
}

fn pages(sign_in: SignIn, clock: &Clock) -> Router {
    let pages = Router::new().route("/", get(|| async { "the page" })).route("/language", post(|| async { "done" }));
    authenticate(pages.route("/keys/{keyId}/edit", post(|| async { "done" })), sign_in, clock.clone())
}

/// A token signed with an unknown key.
fn token(key: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","kid":"{key}"}}"#));
    format!("{header}.e30.c2ln")
}

#[tokio::test]
async fn the_keys_are_fetched_at_most_once_a_minute() {
    let scene = Scene::new(Some((200, r#"{"keys":[]}"#)));
    for (seconds, fetched) in [(0, 1), (1, 0), (59, 0), (60, 1), (61, 0)] {
        scene.clock.set(at(seconds));
        for key in ["a", "b"] {
            let answer = scene.send("GET", "/", &format!("__Host-access={}", token(key))).await;
            assert_eq!(answer.headers()[LOCATION], "/sign-in?to=%2F");
        }
        assert_eq!(scene.requests(), vec!["https://issuer.example/pool/keys"; fetched], "{seconds}");
    }
}

#[tokio::test]
async fn a_sign_in_failure_signs_nobody_out() {
    for answer in [None, Some((500, "{}")), Some((200, "no JSON")), Some((429, r#"{"error":"slow_down"}"#))] {
        let scene = Scene::new(answer);
        let answer = scene.send("GET", "/", "__Host-refresh=good").await;
        assert_eq!(answer.status(), 503);
        assert!(cookies_set(&answer).is_empty());
        assert!(
            answer.extensions().get::<api::Problem>().is_some_and(|problem| problem.cause.is_some()),
            "it is logged"
        );
    }
}

#[tokio::test]
async fn a_rejected_refresh_token_signs_out() {
    for (status, error) in [(400, r#"{"error":"invalid_request"}"#), (401, r#"{"error":"invalid_client"}"#)] {
        let answer = Scene::new(Some((status, error))).send("GET", "/", "__Host-refresh=over").await;
        assert_eq!((answer.status().as_u16(), cookies_set(&answer).len()), (303, 3), "{error}");
    }
    let scene = Scene::new(Some((400, r#"{"error":"invalid_grant"}"#)));
    let answer = scene.send("GET", "/?limit=5", "__Host-refresh=over").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()[LOCATION]),
        (303, &"/sign-in?to=%2F%3Flimit%3D5".parse().unwrap())
    );
    assert_eq!(cookies_set(&answer).len(), 3);
    assert_eq!(scene.requests(), ["https://sign-in.example/oauth2/token"]);
    let answer = scene.send("POST", "/keys/K-1/edit", "__Host-refresh=over").await;
    assert_eq!((answer.status().as_u16(), cookies_set(&answer).len()), (401, 3));
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_can_be_sent_again() {
    let scene = Scene::new(Some((400, r#"{"error":"invalid_grant"}"#)));
    let request = testing::request_without_token("POST", "/keys/K-1/edit?a=1").header(COOKIE, "__Host-refresh=over");
    let request = request.header(ORIGIN, US).header(REFERER, format!("{US}/keys/K-1/edit?a=1"));
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = scene.pages.clone().oneshot(request.body(Body::from("once=abc&property=%22%C3%84%22+%3C")).unwrap());
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 401);
    let page = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    for part in [
        r#"<form method="post" action="/keys/K-1/edit?a=1">"#,
        r#"<input type="hidden" name="once" value="abc">"#,
        r#"<input type="hidden" name="property" value="&#34;Ä&#34; &#60;">"#,
        r#"href="/sign-in?to=%2Fkeys%2FK-1%2Fedit%3Fa%3D1" target="_blank""#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn an_open_route_does_not_ask_the_sign_in() {
    let scene = Scene::new(None);
    let answer = scene.send("POST", "/language", "__Host-refresh=good; __Host-access=a.b.c").await;
    assert_eq!(answer.status(), 200);
    assert!(scene.requests().is_empty());
    assert_eq!(answer.headers()[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
}

#[tokio::test]
async fn a_script_is_not_redirected_to_the_sign_in() {
    let scene = Scene::new(None);
    let request = testing::request_without_token("GET", "/").header("sec-fetch-mode", "cors");
    let answer = scene.pages.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_bearer_token_needs_no_cookie_and_no_origin() {
    let scene = Scene::new(None);
    let request = testing::request("POST", "/keys/K-1/edit", Role::Admin).body(Body::empty()).unwrap();
    assert_eq!(scene.pages.clone().oneshot(request).await.unwrap().status(), 200);
    assert!(scene.requests().is_empty());
}

fn cookies_set(answer: &Response) -> Vec<&http::HeaderValue> {
    answer.headers().get_all(http::header::SET_COOKIE).iter().collect()
}
