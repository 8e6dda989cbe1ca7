//! A path has one meaning: whatever is used as an identifier names that resource or none. The tests try every route
//! with every ASCII character and the usual multi-byte ones, encoded once and twice. They use a plain socket, since
//! HTTP clients normalise paths.

use std::sync::Arc;

use api::Role;
use api::routes::{Access, ROUTES};
use e2e::{Stack, Stage, hours};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const MULTI_BYTE: [&str; 10] =
    ["\u{80}", "\u{85}", "\u{e4}", "\u{200b}", "\u{2028}", "\u{202e}", "\u{ff0f}", "\u{ff1f}", "\u{fe52}", "\u{1f511}"];
/// Longer texts that once named another resource.
const PHRASES: [&str; 7] = ["../", "/..", "/contracts/c?", "\\..\\", "/.", "c#2", "%2f.."];

/// A connection that sends paths as they are.
struct Plain {
    stream: BufReader<TcpStream>,
    token: Arc<str>,
}

impl Plain {
    async fn connect(stack: &Stack, token: Arc<str>) -> Self {
        let address = stack.url().trim_start_matches("http://").to_owned();
        Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()), token }
    }

    async fn ask(&mut self, method: &str, path: &str) -> u16 {
        let token = &self.token;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{{}}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).await.unwrap() > 0, "{method} {path}: the connection ended");
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.get(..3).unwrap().parse().unwrap();
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        status
    }
}

fn encoded(text: &str, times: u32) -> String {
    (0..times)
        .fold(text.to_owned(), |text, _| text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}")))
}

/// Every path with an odd value for one parameter and valid ones for the others.
fn odd_paths(ids: &[(&str, &str)]) -> Vec<(String, String)> {
    let ascii: Vec<_> = (0..128_u8).map(|byte| char::from(byte).to_string()).collect();
    let odd: Vec<_> = ascii.iter().map(String::as_str).chain(MULTI_BYTE).chain(PHRASES).collect();
    let mut paths = Vec::new();
    for route in ROUTES.iter().filter(|route| route.access != Access::Open) {
        for (name, id) in ids.iter().filter(|(name, _)| route.path.contains(&format!("{{{name}}}"))) {
            for odd in &odd {
                for text in [format!("{id}{}", encoded(odd, 1)), format!("{}{id}", encoded(odd, 2))] {
                    let fill = |path: String, (other, right): &(&str, &str)| {
                        path.replace(&format!("{{{other}}}"), if other == name { &text } else { right })
                    };
                    paths.push((route.method.to_string(), ids.iter().fold(route.path.to_owned(), fill)));
                }
            }
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_path_affects_no_other_resource() {
    let stack = Stack::local();
    let stage = Stage::new(&stack, 4).await;
    let key = stage.key().await;
    let booked = stage.book(&key, json!({ "person": "Ada", "end": hours(24) })).await;
    let contract = booked.header("location");
    let booked = booked.body(201);
    let ids = [
        ("automatId", stage.automat.as_str()),
        ("keyId", key.as_str()),
        ("contractId", booked["contractId"].as_str().unwrap()),
        ("lockerIndex", "0"),
        ("openingId", "01KAXHVNM0000000000000000A"),
        ("messageId", "01KAXHVNM0000000000000000B"),
    ];
    let token: Arc<str> = stack.token(Role::Admin).await.into();
    let paths = odd_paths(&ids);
    assert!(paths.len() > 5_000, "{}", paths.len());
    let mut tasks = Vec::new();
    for chunk in paths.chunks(paths.len().div_ceil(8)) {
        let (mut plain, chunk) = (Plain::connect(&stack, token.clone()).await, chunk.to_vec());
        tasks.push(tokio::spawn(async move {
            for (method, path) in chunk {
                let status = plain.ask(&method, &path).await;
                assert!((400..500).contains(&status), "{method} {path}: {status}");
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let admin = stack.admin();
    admin.get(contract).await.is(200);
    let events = admin.get(format!("/v1/keys/{key}/events")).await.data();
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["contract-created", "key-added"], "nothing else has changed");
}

#[tokio::test]
async fn an_odd_path_shows_no_other_page() {
    let stack = Stack::local();
    let mut plain = Plain::connect(&stack, stack.token(Role::Admin).await.into()).await;
    for path in [
        "/robots.txt%23x",
        "/x/..%2Frobots.txt",
        "/robots.txt%20",
        "/x%5C..%5Crobots.txt",
        "/%09robots.txt",
        "/robots.tx%2574",
    ] {
        let status = plain.ask("GET", path).await;
        assert!(status != 200, "{path}: {status}");
    }
    assert_eq!(plain.ask("GET", "/robots.txt").await, 200);
}
