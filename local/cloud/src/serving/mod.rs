//! The HTTP server: with a bound on its connections, and with time limits for everything that a client may be slow at.
//! With an identity it speaks TLS, and tells whoever comes without it where to go.

mod places;

use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use http::Request;
use http_body::Frame;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use places::{Place, Places};

/// How long a client may take for a TLS handshake.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take for the head of a request, and stay without one.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take for a body: as long as API Gateway waits for the whole answer.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// How long to wait after a failed accept, which is most often a lack of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// The first byte of a TLS handshake: RFC 8446, section 5.1.
const TLS_HANDSHAKE: u8 = 22;

/// What is served.
#[derive(Clone)]
pub(crate) struct Site {
    /// The routes. They want [`ConnectInfo`] of a [`SocketAddr`].
    pub(crate) routes: Router,
    /// With TLS, and what is answered to who comes without.
    pub(crate) tls: Option<(TlsAcceptor, Router)>,
    /// So many connections at once. For one more, the one that has been without a request for longest is closed.
    pub(crate) connections: usize,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<()>,
    running: JoinHandle<()>,
}

impl Server {
    /// Serves a site.
    pub(crate) fn start(listener: TcpListener, site: Site) -> Self {
        let (stop, stopped) = watch::channel(());
        Self { stop, running: tokio::spawn(accept(listener, site, stopped)) }
    }

    /// Takes no more connections, and waits so long for the requests under way. Tells whether all have ended.
    pub(crate) async fn stop(mut self, within: Duration) -> bool {
        self.stop.send_replace(());
        let ended = tokio::time::timeout(within, &mut self.running).await.is_ok();
        self.running.abort(); // and all of its connections with it
        ended
    }
}

async fn accept(listener: TcpListener, site: Site, mut stopped: watch::Receiver<()>) {
    let places = Arc::new(Places::new(site.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        while connections.try_join_next().is_some() {} // those that have ended need not be kept
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = places.take().await else { continue };
                let (site, stopped) = (site.clone(), stopped.clone());
                connections.spawn(async move {
                    let ended: Result<(), Failed> = tokio::select! {
                        ended = serve(stream, peer, site, &place, stopped) => ended,
                        () = place.wanted_by_another() => Err("another connection took its place".into()),
                    };
                    if let Err(error) = ended {
                        tracing::debug!(error, "an HTTP connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::debug!(%error, "an HTTP connection was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    site: Site,
    place: &Place,
    stopped: watch::Receiver<()>,
) -> Result<(), Failed> {
    stream.set_nodelay(true)?;
    let Some((acceptor, without_tls)) = site.tls else {
        return converse(stream, peer, site.routes, place, stopped).await;
    };
    let mut first = [0];
    tokio::time::timeout(HANDSHAKE_WITHIN, stream.peek(&mut first)).await??;
    if first != [TLS_HANDSHAKE] {
        return converse(stream, peer, without_tls, place, stopped).await;
    }
    let stream = tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await??;
    converse(stream, peer, site.routes, place, stopped).await
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    routes: Router,
    place: &Place,
    mut stopped: watch::Receiver<()>,
) -> Result<(), Failed> {
    let service = service_fn(|request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(Timely { body, late: None }));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.clone().oneshot(request);
        async move {
            place.set_busy(true);
            let answer = answer.await;
            place.set_busy(false);
            answer
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        ended = connection.as_mut() => return Ok(ended?),
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}

/// A body that has to come in time.
struct Timely<B> {
    body: B,
    /// Set when it is first waited for.
    late: Option<Pin<Box<Sleep>>>,
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for Timely<B>
where
    B::Error: Into<Failed>,
{
    type Data = Bytes;
    type Error = Failed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failed>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let late = self.late.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + BODY_WITHIN)));
        late.as_mut().poll(cx).map(|()| Some(Err("the body did not come in time".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn served(connections: usize) -> (SocketAddr, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = |body: Body| async move {
            axum::body::to_bytes(body, 100).await.map_or(StatusCode::BAD_REQUEST, |_| StatusCode::OK)
        };
        let routes = Router::new().route("/", get(|| async { "hello" })).route("/body", post(taken));
        (address, Server::start(listener, Site { routes, tls: None, connections }))
    }

    async fn sends(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn to_the_end(mut stream: TcpStream) -> (String, Duration) {
        let (mut answer, start) = (String::new(), Instant::now());
        _ = stream.read_to_string(&mut answer).await;
        (answer, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_with_a_head_or_stays_without_a_request_is_closed() {
        let (address, _server) = served(10).await;
        for said in ["", "GET / HTTP/1.1\r\nhost: a\r\n"] {
            let (answer, took) = to_the_end(sends(address, said).await).await;
            assert!(
                answer.is_empty() && (HEAD_WITHIN..HEAD_WITHIN * 2).contains(&took),
                "{said:?}: {answer}, {took:?}"
            );
        }
        let (answer, took) = to_the_end(sends(address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await).await;
        assert!(answer.ends_with("hello") && (HEAD_WITHIN..HEAD_WITHIN * 2).contains(&took), "{answer}, {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_with_a_body_is_answered_and_closed() {
        let (address, _server) = served(10).await;
        let head = "POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nab";
        let (answer, took) = to_the_end(sends(address, head).await).await;
        assert!(answer.starts_with("HTTP/1.1 400") && took >= BODY_WITHIN, "{answer}, {took:?}");
    }

    #[tokio::test]
    async fn a_connection_without_a_request_gives_its_place_up_and_one_with_a_request_keeps_it() {
        let (address, server) = served(1).await;
        let get = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let silent = sends(address, "").await;
        assert!(to_the_end(sends(address, get).await).await.0.ends_with("hello"));
        assert_eq!(to_the_end(silent).await.0, "");

        let head =
            "POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n";
        let mut busy = sends(address, head).await;
        let mut goes_on = [0; 25];
        busy.read_exact(&mut goes_on).await.unwrap();
        assert_eq!(to_the_end(sends(address, get).await).await.0, "", "all places are taken");
        busy.write_all(b"abc").await.unwrap();
        assert!(to_the_end(busy).await.0.starts_with("HTTP/1.1 200"));
        assert!(server.stop(Duration::from_secs(5)).await);
        assert!(TcpStream::connect(address).await.is_err());
    }
}
