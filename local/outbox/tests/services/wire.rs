//! Requests that no SDK client sends, and starting and stopping.

use outbox::{Options, Outbox, PortError};

use crate::setup::{email, now, start};

/// The part of a signature that is checked.
const SIGNED: (&str, &str) = ("authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/local/sns/aws4_request");

async fn post(outbox: &Outbox, body: &'static str) -> (u16, String) {
    let request = reqwest::Client::new().post(outbox.url()).header(SIGNED.0, SIGNED.1).body(body);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn unsupported_actions_are_refused() {
    let outbox = start().await;
    for (body, code) in [("Action=CreateTopic&Name=a", "InvalidAction"), ("Name=a", "MissingAction")] {
        let (status, answer) = post(&outbox, body).await;
        assert_eq!(status, 400);
        assert!(answer.contains(&format!("<Code>{code}</Code>")), "{answer}");
    }
}

#[tokio::test]
async fn an_email_that_is_not_json_is_refused() {
    let outbox = start().await;
    let url = format!("{}/v2/email/outbound-emails", outbox.url());
    let answer = reqwest::Client::new().post(url).header(SIGNED.0, SIGNED.1).body("{").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-amzn-errortype"]),
        (400, &"BadRequestException".parse().unwrap())
    );
}

#[tokio::test]
async fn web_pages_cannot_send() {
    let outbox = start().await;
    let request = reqwest::Client::new().post(outbox.url()).header(SIGNED.0, SIGNED.1);
    let request = request.header("origin", "http://evil.example");
    let answer = request.body("Action=Publish&PhoneNumber=%2B358401234567&Message=a").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), outbox.sent().len()), (403, 0));
}

#[tokio::test]
async fn callers_without_the_access_key_cannot_send() {
    let outbox = start().await;
    for signed in ["", "AWS4-HMAC-SHA256 Credential=tesT/20261124/local/sns/aws4_request"] {
        let request = reqwest::Client::new().post(outbox.url()).header("authorization", signed);
        let answer = request.body("Action=Publish&PhoneNumber=%2B358401234567&Message=a").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), outbox.sent().len()), (403, 0), "{signed}");
    }
}

#[tokio::test]
async fn it_starts_on_loopback_only() {
    let mut options = Options::new("test".to_owned(), now);
    options.address = ([0, 0, 0, 0], 0).into();
    assert!(matches!(Outbox::start(options).await, Err(PortError::NotLoopback(_))));
}

#[tokio::test]
async fn a_port_in_use_is_reported() {
    let outbox = start().await;
    let mut options = Options::new("test".to_owned(), now);
    options.address = outbox.url().strip_prefix("http://").unwrap().parse().unwrap();
    assert!(matches!(Outbox::start(options).await, Err(PortError::Listen { .. })));
}

#[tokio::test]
async fn it_answers_no_calls_after_stopping() {
    let outbox = start().await;
    let send = email(&outbox);
    outbox.stop().await;
    assert!(send.send().await.is_err());
}
