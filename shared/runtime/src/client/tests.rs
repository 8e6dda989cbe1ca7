//! Connections after a freeze. Lambda freezes a process between calls, and notices that the other end has closed a
//! connection only when using it again. Here the runtime has one thread, which waits for the server, so nothing of the
//! client runs while its connection is reset.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use aws_sdk_dynamodb::config::ProvideCredentials as _;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::*;

const PUBLISHED: &str = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";

/// A server that resets its first connection while the client is frozen.
struct Server {
    url: String,
    reset: Sender<()>,
    is_reset: Receiver<()>,
}

impl Server {
    fn answering(body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (reset, asked_to_reset) = channel();
        let (say_reset, is_reset) = channel();
        thread::spawn(move || {
            let first = listener.accept().unwrap().0;
            // Reads one byte of the request: Linux resets a connection that is closed with unread data.
            answer(&first, 1, body);
            let _ = asked_to_reset.recv();
            drop(first);
            let _ = say_reset.send(());
            let kept: Vec<TcpStream> =
                listener.incoming().map(|next| next.inspect(|next| answer(next, 65_536, body)).unwrap()).collect();
            drop(kept);
        });
        Self { url, reset, is_reset }
    }

    fn reset_while_the_client_is_frozen(&self) {
        self.reset.send(()).unwrap();
        self.is_reset.recv().unwrap();
    }

    fn config(&self) -> SdkConfig {
        config_from(|name| match name {
            "AWS_ENDPOINT_URL" => Some(self.url.clone()),
            "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
            _ => None,
        })
        .unwrap()
    }
}

fn answer(mut stream: &TcpStream, bytes_to_read: usize, body: &str) {
    let _ = stream.read(&mut vec![0; bytes_to_read]).unwrap();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

#[tokio::test]
async fn an_sms_after_a_freeze_is_sent() {
    let server = Server::answering(PUBLISHED);
    let sns = aws_sdk_sns::Client::new(&once(&server.config()).unwrap());
    let publish = || sns.publish().phone_number("+358401234567").message("-").send();
    publish().await.unwrap();
    server.reset_while_the_client_is_frozen();
    publish().await.unwrap();
}

#[tokio::test]
async fn an_email_after_a_freeze_is_sent() {
    let server = Server::answering(r#"{"MessageId":"1"}"#);
    let ses = aws_sdk_sesv2::Client::new(&once(&server.config()).unwrap());
    let send = || ses.send_email().from_email_address("keys@example.com").send();
    send().await.unwrap();
    server.reset_while_the_client_is_frozen();
    send().await.unwrap();
}

#[tokio::test]
async fn the_sign_in_works_after_a_freeze() {
    let server = Server::answering("{}");
    let connector = connector().unwrap();
    let get = async || {
        let answer = connector.call(HttpRequest::get(&server.url).unwrap()).await.unwrap();
        // Reads the body to its end; otherwise the connection would not be kept anyway.
        axum::body::to_bytes(axum::body::Body::new(answer.into_body()), 64).await.unwrap()
    };
    assert_eq!(get().await, "{}");
    server.reset_while_the_client_is_frozen();
    assert_eq!(get().await, "{}");
}

#[test]
fn a_missing_variable_is_named() {
    for missing in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        for empty in [None, Some(String::new())] {
            let error = config_from(|name| match name {
                "AWS_DEFAULT_REGION" => None,
                name if name == missing => empty.clone(),
                name => Some(name.to_owned()),
            });
            assert_eq!(error.unwrap_err().to_string(), format!("the environment variable {missing} is not set"));
        }
    }
}

#[tokio::test]
async fn region_and_credentials_are_those_of_the_environment() {
    let config = config_from(|name| (name != "AWS_REGION").then(|| name.to_lowercase())).unwrap();
    assert_eq!(config.region().map(AsRef::as_ref), Some("aws_default_region"));
    assert_eq!(config.endpoint_url(), Some("aws_endpoint_url"));
    let credentials = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
    assert_eq!(credentials.access_key_id(), "aws_access_key_id");
    assert_eq!(credentials.session_token(), Some("aws_session_token"));
}

/// With retries a dead connection costs time but no call. So the table keeps its pool, which saves a TLS handshake per
/// call.
#[tokio::test]
async fn the_table_works_after_a_freeze_by_retrying() {
    let server = Server::answering("{}");
    let database = aws_sdk_dynamodb::Client::new(&server.config());
    let read = || database.describe_limits().send();
    read().await.unwrap();
    server.reset_while_the_client_is_frozen();
    let start = std::time::Instant::now();
    read().await.unwrap();
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_millis(500), "{took:?}");
}

/// The client reads the certificates when it first connects, and panics if it cannot.
#[tokio::test]
async fn the_root_certificates_can_be_read() {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("https://127.0.0.1:1")
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(https(None).unwrap())
        .retry_config(RetryConfig::disabled())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let error = client.list_tables().send().await.unwrap_err();
    assert!(error.as_service_error().is_none(), "nothing listens there");
}
