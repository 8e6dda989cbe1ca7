//! Access from other machines: the host name by which they connect, and HTTPS.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use api::Role;
use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::{DateTime, Datelike, Days, Utc};
use clock::Clock;
use domain::Instant;
use http::{StatusCode, header};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::provisioning::Provisioning;
use crate::serving::Site;
use crate::sign_in::{Secrets, shown_client};

/// Apple devices reject certificates that are valid for more than 825 days: <https://support.apple.com/HT210176>.
const CERTIFICATE_DAYS: u64 = 800;
/// An address reserved for documentation (RFC 5737). Nothing is sent to it; the system only reports which of its own
/// addresses it would use to reach it.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);
/// Path of the certificate authority's certificate.
pub(crate) const AUTHORITY_PATH: &str = "/ca.crt";

/// The host by which other machines reach a listener: the given one, or the listener's address, or this machine's
/// address.
pub(crate) fn host(given: Option<&str>, listens: SocketAddr) -> Result<String> {
    match given {
        Some(host) if is_host(host) => Ok(host.to_ascii_lowercase()),
        Some(host) => {
            bail!("{host:?} is neither an IP address nor a host name: specify one with --network=HOST, without a port")
        }
        None if listens.ip().is_unspecified() => own_address()
            .map(|ip| ip.to_string())
            .context("cannot find this machine's address on the network: specify it with --network=HOST"),
        None => Ok(listens.ip().to_string()),
    }
}

/// The URL of the local cloud, and its host and port.
pub(crate) fn names(host: Option<&str>, listens: SocketAddr) -> (String, String) {
    let Some(host) = host else { return (format!("http://{listens}"), listens.to_string()) };
    let authority = authority(host, listens.port());
    (format!("https://{authority}"), authority)
}

fn authority(host: &str, port: u16) -> String {
    host.parse::<IpAddr>().map_or_else(|_| format!("{host}:{port}"), |ip| SocketAddr::from((ip, port)).to_string())
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.parse::<IpAddr>().is_ok_and(|ip| !ip.is_unspecified())
        || (text.parse::<IpAddr>().is_err() && text.split('.').all(is_label))
}

fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

/// Serves the routes over HTTPS, and the authority's certificate beside them.
pub(crate) fn site(
    routes: Router,
    provisioning: &Provisioning,
    host: &str,
    url: &str,
    connections: usize,
) -> Result<Site> {
    let certificate = provisioning.authority();
    // Other machines check the validity of a certificate by their own clocks.
    let acceptor = tls(provisioning, host, Clock::system().now()).context("HTTPS cannot be served")?;
    let tls = Some((acceptor, without_tls(certificate, url)));
    Ok(Site { routes: routes.merge(authority_page(certificate)), tls, connections })
}

/// HTTPS for this host, with a certificate of the local authority.
fn tls(provisioning: &Provisioning, host: &str, now: Instant) -> Result<TlsAcceptor> {
    let now = DateTime::<Utc>::from_timestamp_millis(now.millis()).unwrap_or_default();
    let date = |time: DateTime<Utc>| (time.year(), day_or_month(time.month()), day_or_month(time.day()));
    let from = date(now.checked_sub_days(Days::new(1)).unwrap_or(now));
    let until = date(now.checked_add_days(Days::new(CERTIFICATE_DAYS - 1)).unwrap_or(now));
    let identity = provisioning.web_identity(host, from, until)?;
    let certificates = CertificateDer::pem_slice_iter(identity.certificate.as_bytes()).collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes())?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn day_or_month(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(1)
}

/// Serves the authority's certificate, which is not secret, for devices to trust.
fn authority_page(certificate: &str) -> Router {
    let certificate: Arc<str> = certificate.into();
    let page = move || {
        let certificate = certificate.clone();
        async move { ([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], certificate.to_string()) }
    };
    Router::new().route(AUTHORITY_PATH, get(page))
}

/// Answers requests without TLS: the authority's certificate, or a redirect to HTTPS. The query is dropped and a body
/// is not accepted, since others could have read them.
fn without_tls(certificate: &str, url: &str) -> Router {
    let url = url.to_owned();
    authority_page(certificate).fallback(move |request: Request| {
        let to = format!("{url}{}", request.uri().path());
        async move { redirect(request.method() == http::Method::GET, &to) }
    })
}

fn redirect(is_get: bool, to: &str) -> Response {
    if is_get {
        Redirect::temporary(to).into_response()
    } else {
        (StatusCode::FORBIDDEN, format!("Use HTTPS: {to}\n")).into_response()
    }
}

/// Restricts routes to the owner of the local cloud: to clients on this machine, and to clients on the network that
/// send the secret of the client `admin` by HTTP Basic authentication, which browsers ask for. Without secrets there is
/// no network access to restrict.
pub(crate) fn restrict_to_owner(routes: Router, secrets: Option<Arc<Secrets>>) -> Router {
    match secrets {
        Some(secrets) => routes.layer(from_fn_with_state(secrets, check_owner)),
        None => routes,
    }
}

async fn check_owner(
    State(secrets): State<Arc<Secrets>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let is_admin = shown_client(request.headers()).is_some_and(|(client, secret)| {
        client == Role::Admin.name() && secrets.knows_client(Role::Admin, Some(&secret))
    });
    if is_admin || peer.ip().to_canonical().is_loopback() {
        return next.run(request).await;
    }
    let challenge = [(header::WWW_AUTHENTICATE, r#"Basic realm="outbox", charset="UTF-8""#)];
    (StatusCode::UNAUTHORIZED, challenge, "Sign in as the client admin, with its secret.\n").into_response()
}

/// SHA-256 of a certificate, as phones display it; empty when the text is not PEM.
pub(crate) fn fingerprint(certificate: &str) -> String {
    let der = CertificateDer::from_pem_slice(certificate.as_bytes()).ok();
    let digest = der.map(|der| digest(&SHA256, &der));
    let bytes = digest.iter().flat_map(AsRef::as_ref);
    bytes.map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn from_another_machine_the_outbox_requires_the_admins_secret() {
        let secrets = Arc::new(Secrets::fresh(&clock::Random::system()).unwrap());
        let routes = restrict_to_owner(Router::new().route("/outbox", get(|| async {})), Some(secrets.clone()));
        let ask = async |peer: &str, client: &str, secret: &str| {
            let shown = STANDARD.encode(format!("{client}:{secret}"));
            let request = Request::get("/outbox").header(header::AUTHORIZATION, format!("Basic {shown}"));
            let mut request = request.body(axum::body::Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer.parse::<IpAddr>().unwrap(), 1))));
            routes.clone().oneshot(request).await.unwrap().status()
        };
        let (admin, viewer) = (secrets.client(Role::Admin).unwrap(), secrets.client(Role::Viewer).unwrap());
        assert_eq!(ask("192.0.2.9", "admin", admin).await, StatusCode::OK);
        assert_eq!(ask("127.0.0.1", "", "").await, StatusCode::OK);
        for (client, secret) in [("admin", ""), ("admin", viewer), ("viewer", viewer), ("", "")] {
            assert_eq!(ask("192.0.2.9", client, secret).await, StatusCode::UNAUTHORIZED, "{client}");
        }
    }

    #[test]
    fn the_host_is_the_given_one_or_the_address_of_the_listener() {
        let listens = "192.0.2.7:3000".parse().unwrap();
        assert_eq!(host(None, listens).unwrap(), "192.0.2.7");
        assert_eq!(host(Some("Cabinet-PC.local"), listens).unwrap(), "cabinet-pc.local");
        assert_eq!(host(Some("2001:db8::1"), listens).unwrap(), "2001:db8::1");
        for no_host in ["", "a:3000", "https://a", "a b", "0.0.0.0", "a..b", "a/b"] {
            assert!(host(Some(no_host), listens).is_err(), "{no_host}");
        }
        assert_eq!(authority("192.0.2.7", 3000), "192.0.2.7:3000");
        assert_eq!(authority("2001:db8::1", 3000), "[2001:db8::1]:3000");
        assert_eq!(authority("cabinet-pc.local", 3000), "cabinet-pc.local:3000");
    }
}
