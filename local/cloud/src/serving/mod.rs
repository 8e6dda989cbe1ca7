//! The HTTP server, with a limit on its connections and a timeout for each phase in which a client may be slow. With a
//! certificate it speaks TLS, and redirects clients that connect without it.

mod slots;

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

use slots::{Slot, Slots};

/// Timeout of the TLS handshake.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Timeout for the head of a request, and how long a connection may stay idle.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// Timeout for a request body: as long as API Gateway waits for the complete answer.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// Pause after a failed accept, which most often means that no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(100);
/// First byte of a TLS handshake: RFC 8446, section 5.1.
const TLS_HANDSHAKE: u8 = 22;

/// What the server serves.
#[derive(Clone)]
pub(crate) struct Site {
    /// The routes. They need [`ConnectInfo`] of a [`SocketAddr`].
    pub(crate) routes: Router,
    /// With TLS: the certificate, and the routes for clients that connect without TLS.
    pub(crate) tls: Option<(TlsAcceptor, Router)>,
    /// Maximum number of connections. When it is reached, a new connection replaces the one that has been idle longest.
    pub(crate) connections: usize,
}

#[derive(Debug)]
pub(crate) struct Server {
    stop: watch::Sender<()>,
    running: JoinHandle<()>,
}

impl Server {
    /// Starts serving a site.
    pub(crate) fn start(listener: TcpListener, site: Site) -> Self {
        let (stop, stopped) = watch::channel(());
        Self { stop, running: tokio::spawn(accept(listener, site, stopped)) }
    }

    /// Stops accepting connections, and waits for running requests for at most this time. Returns whether all have
    /// ended.
    pub(crate) async fn stop(mut self, within: Duration) -> bool {
        self.stop.send_replace(());
        let ended = tokio::time::timeout(within, &mut self.running).await.is_ok();
        self.running.abort(); // also aborts all of its connections
        ended
    }
}

async fn accept(listener: TcpListener, site: Site, mut stopped: watch::Receiver<()>) {
    let slots = Arc::new(Slots::new(site.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        while connections.try_join_next().is_some() {} // drop finished tasks
        match accepted {
            Ok((stream, peer)) => {
                let Some(slot) = slots.take().await else { continue };
                let (site, stopped) = (site.clone(), stopped.clone());
                connections.spawn(async move {
                    let ended: Result<(), Failed> = tokio::select! {
                        ended = serve(stream, peer, site, &slot, stopped) => ended,
                        () = slot.reclaimed() => Err("the slot was needed for another connection".into()),
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
    slot: &Slot,
    stopped: watch::Receiver<()>,
) -> Result<(), Failed> {
    stream.set_nodelay(true)?;
    let Some((acceptor, without_tls)) = site.tls else {
        return serve_http(stream, peer, site.routes, slot, stopped).await;
    };
    let mut first = [0];
    tokio::time::timeout(HANDSHAKE_WITHIN, stream.peek(&mut first)).await??;
    if first != [TLS_HANDSHAKE] {
        return serve_http(stream, peer, without_tls, slot, stopped).await;
    }
    let stream = tokio::time::timeout(HANDSHAKE_WITHIN, acceptor.accept(stream)).await??;
    serve_http(stream, peer, site.routes, slot, stopped).await
}

async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    routes: Router,
    slot: &Slot,
    mut stopped: watch::Receiver<()>,
) -> Result<(), Failed> {
    let service = service_fn(|request: Request<Incoming>| {
        let mut request = request.map(|body| Body::new(TimeLimited { body, late: None }));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.clone().oneshot(request);
        async move {
            slot.set_busy(true);
            let answer = answer.await;
            slot.set_busy(false);
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

/// A body that fails when it is not received in time.
struct TimeLimited<B> {
    body: B,
    /// The timer; set at the first poll.
    late: Option<Pin<Box<Sleep>>>,
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for TimeLimited<B>
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
        late.as_mut().poll(cx).map(|()| Some(Err("the body was not received in time".into())))
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
    async fn a_connection_with_a_slow_head_or_no_request_is_closed() {
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
    async fn a_slow_body_is_answered_with_400_and_the_connection_closed() {
        let (address, _server) = served(10).await;
        let head = "POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nab";
        let (answer, took) = to_the_end(sends(address, head).await).await;
        assert!(answer.starts_with("HTTP/1.1 400") && took >= BODY_WITHIN, "{answer}, {took:?}");
    }

    #[tokio::test]
    async fn an_idle_connection_gives_up_its_slot_and_a_busy_one_keeps_it() {
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
        assert_eq!(to_the_end(sends(address, get).await).await.0, "", "all slots are taken");
        busy.write_all(b"abc").await.unwrap();
        assert!(to_the_end(busy).await.0.starts_with("HTTP/1.1 200"));
        assert!(server.stop(Duration::from_secs(5)).await);
        assert!(TcpStream::connect(address).await.is_err());
    }
}
