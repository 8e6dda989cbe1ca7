//! The page, as requested by a browser and by other pages.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use outbox::{Behaviour, Endpoint, Outbox};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::setup::{NUMBER, TOPIC, attribute, email, event, simple, sms, start};

struct PageResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn ask(outbox: &Outbox, request: Request<Body>) -> PageResponse {
    let (parts, body) = outbox.page("http://localhost").oneshot(request).await.unwrap().into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    PageResponse { status: parts.status, headers: parts.headers, body }
}

async fn get(outbox: &Outbox, path: &str) -> PageResponse {
    ask(outbox, Request::get(path).header("host", "127.0.0.1:3000").body(Body::empty()).unwrap()).await
}

async fn post(outbox: &Outbox, path: &str, headers: &[(&str, &str)], form: &'static str) -> PageResponse {
    let mut request = Request::post(path).header("host", "127.0.0.1:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    ask(outbox, request.body(form.into()).unwrap()).await
}

#[tokio::test]
async fn explains_what_will_appear_when_empty() {
    let outbox = start().await;
    let page = get(&outbox, "/outbox").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("No messages yet"));
    assert!(!page.body.contains("/outbox/empty"), "there is nothing to empty");
}

#[tokio::test]
async fn shows_the_newest_first_and_filters_by_kind() {
    let outbox = start().await;
    email(&outbox).content(simple("First", Some("a"), None)).send().await.unwrap();
    sms(&outbox).message("Second").send().await.unwrap();
    event(&outbox).message(r#"{"id":"Third"}"#).send().await.unwrap();

    let all = get(&outbox, "/outbox").await.body;
    let positions: Vec<_> = ["Third", "Second", "First"].iter().map(|text| all.find(text).unwrap()).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    for (kind, shown) in [("email", "First"), ("sms", "Second"), ("event", "Third")] {
        let page = get(&outbox, &format!("/outbox?show={kind}")).await.body;
        let found: Vec<_> = ["First", "Second", "Third"].into_iter().filter(|text| page.contains(text)).collect();
        assert_eq!(found, [shown]);
    }
}

#[tokio::test]
async fn messages_are_escaped() {
    let hostile = r#""'><script>alert(1)</script><img src=x onerror=alert(1)>"#;
    let outbox = start().await;
    let send = email(&outbox).content(simple(hostile, Some(hostile), Some(hostile)));
    send.from_email_address("\"<script>\" <a@b.example>").send().await.unwrap();
    email(&outbox).content(simple("a", Some(hostile), None)).send().await.unwrap();
    sms(&outbox).message(hostile).send().await.unwrap();
    let publish = event(&outbox).message(hostile).subject(hostile);
    publish.message_attributes("a", attribute("String", hostile)).send().await.unwrap();
    event(&outbox).message(json!({ "a": hostile }).to_string()).send().await.unwrap();

    let page = get(&outbox, "/outbox").await.body;
    let scripts: Vec<_> = page.match_indices("<script").map(|(at, _)| &page[at..at + 30]).collect();
    assert_eq!(scripts, [r#"<script src="/outbox/page.js" "#]);
    assert!(!page.contains("<img"));
}

#[tokio::test]
async fn an_email_is_shown_in_a_sandboxed_frame() {
    let outbox = start().await;
    email(&outbox).send().await.unwrap();
    let page = get(&outbox, "/outbox").await;
    assert!(page.body.contains("<iframe sandbox title"), "an empty sandbox: no scripts, no forms, no origin");
    assert!(!page.body.contains("allow-"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
}

#[tokio::test]
async fn scripts_read_it_as_json() {
    let outbox = start().await;
    sms(&outbox).message_attributes("AWS.SNS.SMS.SenderID", attribute("String", "Keys")).send().await.unwrap();
    event(&outbox).message_attributes("type", attribute("String", "key-fetched")).send().await.unwrap();
    email(&outbox).send().await.unwrap();

    let ids: Vec<_> = outbox.sent().into_iter().map(|sent| sent.id).collect();
    let answer = get(&outbox, "/outbox.json").await;
    let at = "2026-11-24T09:00:00Z";
    let expected = json!([
        {"id": ids[0], "at": at, "kind": "sms", "number": NUMBER, "text": "Your key waits.", "senderId": "Keys", "smsType": null},
        {"id": ids[1], "at": at, "kind": "event", "topic": TOPIC, "subject": null, "body": r#"{"type":"key-fetched"}"#,
         "attributes": {"type": {"dataType": "String", "value": "key-fetched"}}},
        {"id": ids[2], "at": at, "kind": "email", "from": "Keys <keys@automat.example>", "to": ["anna@example.org"],
         "cc": [], "bcc": [], "replyTo": [], "subject": "Your key", "text": "Hello", "html": "<p>Hello</p>",
         "configurationSet": null, "tags": {}},
    ]);
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), expected);
    assert_eq!(get(&outbox, "/outbox/taken").await.body, r#"{"taken":3}"#);
}

#[tokio::test]
async fn its_forms_set_the_behaviour_of_channels() {
    let outbox = start().await;
    let answer =
        post(&outbox, "/outbox/behaviour", &[("sec-fetch-site", "same-origin")], "end=sms&behaviour=fail&calls=2")
            .await;
    assert_eq!((answer.status, &answer.headers["location"]), (StatusCode::SEE_OTHER, &"/outbox".parse().unwrap()));
    assert!(get(&outbox, "/outbox").await.body.contains("fails 2 calls, then accepts"));
    let mut failed = 0;
    for _ in 0..3 {
        failed += usize::from(sms(&outbox).send().await.is_err());
    }
    assert_eq!(failed, 2);
    let answer = post(&outbox, "/outbox/behaviour", &[], "end=fax&behaviour=fail").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn describes_the_behaviour_of_each_channel() {
    let outbox = start().await;
    outbox.behave(Endpoint::Email, Behaviour::Late(Duration::from_secs(5)));
    outbox.behave_next(Endpoint::Sms, Behaviour::Vanish, 1);
    let page = get(&outbox, "/outbox").await.body;
    assert!(
        page.contains("answers every call 5 s late")
            && page.contains("accepts one call without answering, then accepts")
    );
}

#[tokio::test]
async fn it_can_be_emptied() {
    let outbox = start().await;
    sms(&outbox).send().await.unwrap();
    let answer = post(&outbox, "/outbox/empty", &[("origin", "http://127.0.0.1:3000")], "").await;
    assert_eq!((answer.status, outbox.sent().len()), (StatusCode::SEE_OTHER, 0));
}

#[tokio::test]
async fn other_pages_cannot_send_its_forms() {
    let outbox = start().await;
    sms(&outbox).send().await.unwrap();
    for header in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        for path in ["/outbox/empty", "/outbox/behaviour"] {
            let answer = post(&outbox, path, &[header], "end=sms&behaviour=fail").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header:?}");
        }
    }
    assert_eq!(outbox.sent().len(), 1);
    sms(&outbox).send().await.unwrap();
}

#[tokio::test]
async fn under_another_host_name_it_shows_nothing() {
    let outbox = start().await;
    sms(&outbox).send().await.unwrap();
    for path in ["/outbox", "/outbox.json", "/outbox/taken"] {
        let request = Request::get(path).header("host", "evil.example:3000").body(Body::empty()).unwrap();
        let answer = ask(&outbox, request).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
        assert!(!answer.body.contains("Your key waits"));
    }
}

#[tokio::test]
async fn answers_forbid_caching_and_cross_origin_reads() {
    let outbox = start().await;
    for path in ["/outbox", "/outbox.json", "/outbox/page.css", "/outbox/page.js"] {
        let headers = get(&outbox, path).await.headers;
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
    }
}
