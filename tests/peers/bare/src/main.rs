//! The bare loop that `cargo xtask bench` compares with: it asks for an invocation, sends the measured requests signed by
//! hand, and responds. No SDK, no runtime, no router, no checks: about the least that the work can cost. With the feature
//! `tls` it sends them over TLS.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use ring::{digest, hmac};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RESPONSE: &[u8] = br#"{"statusCode":201,"headers":{"content-type":"application/json"},"body":"{}"}"#;

fn main() -> Result<()> {
    let mut runtime = Connection::open(env::var("AWS_LAMBDA_RUNTIME_API")?, plain)?;
    let url = env::var("AWS_ENDPOINT_URL")?;
    let (_, address) = url.split_once("://").ok_or("no endpoint")?;
    #[cfg(not(feature = "tls"))]
    let over = plain;
    #[cfg(feature = "tls")]
    let over = tls::over;
    let mut database = Connection::open(address.to_owned(), over)?;
    let signer = Signer::from_environment()?;
    let calls: Value = serde_json::from_slice(&std::fs::read(env::var("MEASURED_CALLS")?)?)?;
    let calls: Vec<(String, String)> = calls
        .as_array()
        .ok_or("no calls")?
        .iter()
        .map(|call| (call["target"].as_str().unwrap_or_default().to_owned(), call["request"].to_string()))
        .collect();
    loop {
        let (headers, event) = runtime.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n", b"")?;
        let _event: Value = serde_json::from_slice(&event)?;
        for (target, request) in &calls {
            let head = signer.head(&database.address, target, request.as_bytes());
            let (_, answer) = database.send(&head, request.as_bytes())?;
            let _answer: Value = serde_json::from_slice(&answer)?;
        }
        let id = headers.iter().find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id:")).unwrap_or_default();
        let head = format!("POST /2018-06-01/runtime/invocation/{}/response HTTP/1.1\r\nHost: runtime\r\n", id.trim());
        runtime.send(&head, RESPONSE)?;
    }
}

/// A connection that is kept.
struct Connection<S> {
    address: String,
    stream: BufReader<S>,
}

fn plain(stream: TcpStream) -> Result<TcpStream> {
    Ok(stream)
}

#[cfg(feature = "tls")]
mod tls {
    use std::env;
    use std::net::TcpStream;
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    pub(super) fn over(stream: TcpStream) -> super::Result<StreamOwned<ClientConnection, TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(env::var("SSL_CERT_FILE")?)?)?;
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost")?)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

impl<S: Read + Write> Connection<S> {
    fn open(address: String, over: impl FnOnce(TcpStream) -> Result<S>) -> Result<Self> {
        let stream = TcpStream::connect(&address)?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::new(over(stream)?) })
    }

    /// Sends a request and reads the headers, in lower case, and the body of the response.
    fn send(&mut self, head: &str, body: &[u8]) -> Result<(Vec<String>, Vec<u8>)> {
        let mut request = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            headers.push(line.to_ascii_lowercase());
        }
        let length = headers.iter().find_map(|line| line.strip_prefix("content-length:")).ok_or("no length")?;
        let mut body = vec![0; length.trim().parse()?];
        self.stream.read_exact(&mut body)?;
        Ok((headers, body))
    }
}

/// Signature Version 4 (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
struct Signer {
    id: String,
    secret: String,
    token: String,
    region: String,
}

impl Signer {
    fn from_environment() -> Result<Self> {
        Ok(Self {
            id: env::var("AWS_ACCESS_KEY_ID")?,
            secret: env::var("AWS_SECRET_ACCESS_KEY")?,
            token: env::var("AWS_SESSION_TOKEN")?,
            region: env::var("AWS_REGION")?,
        })
    }

    /// The head of a signed request to DynamoDB, without its length.
    fn head(&self, host: &str, target: &str, body: &[u8]) -> String {
        let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &time[..8];
        let (names, token) = ("host;x-amz-date;x-amz-security-token;x-amz-target", &self.token);
        let canonical = format!(
            "POST\n/\n\nhost:{host}\nx-amz-date:{time}\nx-amz-security-token:{token}\nx-amz-target:{target}\n\n{names}\n{}",
            hash(body)
        );
        let scope = format!("{day}/{}/dynamodb/aws4_request", self.region);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(canonical.as_bytes()));
        let key = [day, self.region.as_str(), "dynamodb", "aws4_request"]
            .iter()
            .fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| mac(&key, part.as_bytes()));
        let signature = hex(&mac(&key, text.as_bytes()));
        format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\nX-Amz-Date: {time}\r\nX-Amz-Security-Token: {token}\r\n\
             X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.0\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}\r\n",
            self.id
        )
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
