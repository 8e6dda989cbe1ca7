//! The local cloud as a phone on the network uses it: over HTTPS with a certificate of its own authority, with
//! passwords and client secrets.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails stops at once")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use local_cloud::{Data, LocalCloud, Options};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A browser that trusts the authority, with its cookies.
struct Phone {
    authority: String,
    tls: TlsConnector,
    cookies: BTreeMap<String, String>,
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Phone {
    fn new(cloud: &LocalCloud, data: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(data.join("authority/ca.pem")).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
        let tls = TlsConnector::from(Arc::new(config.with_no_client_auth()));
        let authority = cloud.url().strip_prefix("https://").unwrap().to_owned();
        Self { authority, tls, cookies: BTreeMap::new() }
    }

    async fn ask(&mut self, line: &str, headers: &str, body: &str) -> Response {
        let stream = TcpStream::connect(&self.authority).await.unwrap();
        let stream = self.tls.connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await.unwrap();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {}\r\n", cookies.join("; ")) };
        let answer = exchange(stream, &self.authority, line, &format!("{headers}{cookies}"), body).await;
        for line in answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            assert!(line.contains("; Secure"), "{line}");
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Response {
        self.ask(&format!("GET {path}"), "accept: text/html\r\n", "").await
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = format!(
            "content-type: application/x-www-form-urlencoded\r\norigin: https://{}\r\nsec-fetch-site: same-origin\r\n",
            self.authority
        );
        self.ask(&format!("POST {path}"), &headers, &body).await
    }

    /// The URL of a redirect, which must have the same origin.
    fn next(&self, answer: &Response) -> String {
        assert!((301..=308).contains(&answer.status), "{} {}", answer.status, answer.body);
        let to = answer.header("location");
        to.strip_prefix(&format!("https://{}", self.authority)).unwrap_or(to).to_owned()
    }
}

impl Response {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default()
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
    line: &str,
    headers: &str,
    body: &str,
) -> Response {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}

async fn started(data: &Path) -> LocalCloud {
    let data = Data::Folder(data.to_owned());
    LocalCloud::start(Options { data, network: Some(None), empty: false, ..Options::ephemeral() }).await.unwrap()
}

fn secrets(data: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data.join("sign-in.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_person_signs_in_from_a_phone_with_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = started(folder.path()).await;
    let mut phone = Phone::new(&cloud, folder.path());
    let to_sign_in = phone.get("/").await;
    let path = phone.next(&to_sign_in);
    let to_form = phone.get(&path).await;
    let path = phone.next(&to_form);
    let form = phone.get(&path).await;
    assert_eq!((form.status, form.body.contains(r#"type="password""#)), (200, true), "{}", form.body);
    let asked: Vec<_> = form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let mut fields: Vec<_> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("person", "operator"));
    assert_eq!(phone.post("/login", &fields).await.status, 400, "without a password");
    let (secrets, mut wrong) = (secrets(folder.path()), fields.clone());
    wrong.push(("password", secrets["people"]["viewer"].as_str().unwrap()));
    assert_eq!(phone.post("/login", &wrong).await.status, 400, "with another's password");
    fields.push(("password", secrets["people"]["operator"].as_str().unwrap()));
    let back = phone.post("/login", &fields).await;
    let path = phone.next(&back);
    let home = phone.get(&path).await;
    let path = phone.next(&home);
    assert!(phone.cookies.contains_key("__Host-access"), "{:?}", phone.cookies.keys());
    let page = phone.get(&path).await;
    assert_eq!((page.status, page.body.contains("Otto Oksanen")), (200, true), "{} {}", page.head, page.body);
    cloud.stop().await;
}

#[tokio::test]
async fn a_client_needs_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = started(folder.path()).await;
    let mut phone = Phone::new(&cloud, folder.path());
    let secrets = secrets(folder.path());
    let form = [("grant_type", "client_credentials"), ("client_id", "admin")];
    let mut refused = vec![form.to_vec(), form.to_vec(), form.to_vec()];
    refused[1].push(("client_secret", "x"));
    refused[2].push(("client_secret", secrets["clients"]["viewer"].as_str().unwrap()));
    for form in refused {
        let answer = phone.post("/oauth2/token", &form).await;
        assert_eq!((answer.status, answer.body.contains("invalid_client")), (401, true), "{}", answer.body);
    }
    let mut form = form.to_vec();
    form.push(("client_secret", secrets["clients"]["admin"].as_str().unwrap()));
    let answer = phone.post("/oauth2/token", &form).await;
    let token: Value = serde_json::from_str(&answer.body).unwrap();
    let bearer = format!("authorization: Bearer {}\r\n", token["access_token"].as_str().unwrap());
    assert_eq!(phone.ask("GET /v1/keys", &bearer, "").await.status, 200);
    let metadata = phone.get("/.well-known/openid-configuration").await;
    assert!(metadata.body.contains(&format!(r#""issuer":"{}""#, cloud.url())), "{}", metadata.body);
    assert!(phone.get("/outbox").await.status == 200, "on this machine itself");
    cloud.stop().await;
}

#[tokio::test]
async fn without_tls_it_serves_the_authority_and_redirects_to_https() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = started(folder.path()).await;
    let authority = cloud.url().strip_prefix("https://").unwrap();
    let plain = async |line| exchange(TcpStream::connect(authority).await.unwrap(), authority, line, "", "").await;
    let kept = std::fs::read_to_string(folder.path().join("authority/ca.pem")).unwrap();
    let certificate = plain("GET /ca.crt").await;
    assert_eq!((certificate.body, certificate.status), (kept, 200));
    let page = plain("GET /keys/A12?secret=1").await;
    assert_eq!((page.status, page.header("location")), (307, &*format!("{}/keys/A12", cloud.url())));
    assert_eq!(plain("POST /oauth2/token").await.status, 403);
    cloud.stop().await;
}

#[tokio::test]
async fn other_machines_are_not_served_by_accident() {
    let everywhere = Some(([0, 0, 0, 0], 0).into());
    let refusal = LocalCloud::start(Options { http: everywhere, ..Options::ephemeral() }).await.unwrap_err();
    assert!(refusal.to_string().contains("add --network"), "{refusal}");
}
