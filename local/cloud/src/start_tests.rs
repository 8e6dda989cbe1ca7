//! The whole local cloud, started and stopped.

use std::path::Path;

use reqwest::{Client, StatusCode};
use store::{KeyFilter, PageRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

fn options(data: &Path) -> Options {
    Options { data: Data::Folder(data.to_owned()), empty: false, ..Options::ephemeral() }
}

async fn key_ids(cloud: &LocalCloud) -> Vec<String> {
    let page = PageRequest { limit: 100, after: None };
    let keys = cloud.store().keys(&KeyFilter::default(), &page).await.unwrap().data;
    keys.iter().map(|key| key.id.as_str().to_owned()).collect()
}

#[tokio::test]
async fn serves_with_its_own_tokens_until_it_is_stopped() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let (client, url) = (Client::new(), cloud.url().to_owned());
    let keys = format!("{url}/v1/keys");
    assert_eq!(client.get(&keys).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    for &role in Role::ALL {
        let answer = client.get(&keys).bearer_auth(cloud.token(role).unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{role:?}");
        assert!(answer.headers().contains_key("apigw-requestid"));
    }
    let form = [("grant_type", "client_credentials"), ("client_id", "viewer")];
    let answer: serde_json::Value =
        client.post(format!("{url}/oauth2/token")).form(&form).send().await.unwrap().json().await.unwrap();
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(client.get(&keys).bearer_auth(token).send().await.unwrap().status(), StatusCode::OK);
    cloud.stop().await;
    assert!(client.get(&keys).send().await.is_err());
}

#[tokio::test]
async fn the_booking_in_the_guide_works() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = LocalCloud::start(options(folder.path())).await.unwrap();
    let guide = cloud.guide();
    let request = Client::new().post(format!("{}{}", cloud.url(), guide.example.path)).bearer_auth(guide.token());
    let answer = request.json(&guide.example.body).send().await.unwrap();
    assert!(guide.example.what.contains("key"));
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    cloud.stop().await;
}

#[tokio::test]
async fn the_first_automat_in_the_guide_is_created_with_the_guides_token() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let guide = cloud.guide();
    let request = Client::new().post(format!("{}{}", cloud.url(), guide.example.path)).bearer_auth(guide.token());
    let answer = request.json(&guide.example.body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED, "{}", answer.text().await.unwrap());
    cloud.stop().await;
}

#[tokio::test]
async fn creates_the_example_once_and_again_with_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = LocalCloud::start(options(folder.path())).await.unwrap();
    assert_eq!(key_ids(&cloud).await, ["A12", "laundry", "mökki", "sauna", "van-1"]);
    cloud.stop().await;
    let cloud = LocalCloud::start(options(folder.path())).await.unwrap();
    assert_eq!(key_ids(&cloud).await.len(), 5);
    cloud.stop().await;
    let cloud = LocalCloud::start(Options { fresh: true, empty: true, ..options(folder.path()) }).await.unwrap();
    assert_eq!(key_ids(&cloud).await, [""; 0]);
    assert_eq!(cloud.guide().example.path, "/v1/automats");
    cloud.stop().await;
}

#[tokio::test]
async fn uses_the_injected_clock() {
    let clock = Clock::fixed(domain::Instant::parse("2031-07-01T10:30:00Z").unwrap());
    let cloud = LocalCloud::start_at(Options { empty: false, ..Options::ephemeral() }, clock).await.unwrap();
    assert_eq!(cloud.guide().example.body["start"], "2031-07-01T13:00:00Z", "after the active contract");
    cloud.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_reported_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = LocalCloud::start(options(folder.path())).await.unwrap();
    let taken: SocketAddr = cloud.url().strip_prefix("http://").unwrap().parse().unwrap();
    let refusal = LocalCloud::start(Options { http: Some(taken), ..Options::ephemeral() }).await.unwrap_err();
    assert!(refusal.to_string().contains("is in use, perhaps") && refusal.to_string().contains("--http"), "{refusal}");
    let refusal = LocalCloud::start(options(folder.path())).await.unwrap_err();
    assert!(refusal.to_string().contains("the data folder"), "{refusal}");
    cloud.stop().await;
}

#[tokio::test]
async fn completes_a_running_request_before_it_stops() {
    let cloud = LocalCloud::start(Options::ephemeral()).await.unwrap();
    let address = cloud.url().strip_prefix("http://").unwrap().to_owned();
    let token = cloud.token(Role::Admin).unwrap();
    let mut connection = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/automats HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 25];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 100 Continue\r\n\r\n", "the gateway is reading the body");
    let stopping = tokio::spawn(cloud.stop());
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    connection.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 ") && answer.contains("apigw-requestid"), "{answer}");
    stopping.await.unwrap();
}
