//! Limits the connections to a port of this process: the SDK's HTTP client opens another connection for every request
//! that finds none idle, and each takes two descriptors, since both ends are in this process.

use std::sync::Arc;

use aws_sdk_dynamodb::config::HttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Semaphore;

/// Maximum number of concurrent requests, more than the engine can process at once; the others wait.
const CONNECTIONS: usize = 32;

/// An HTTP client that waits for a free connection. Its clones share the connections.
#[derive(Debug, Clone)]
pub struct Pool {
    free: Arc<Semaphore>,
    inner: SharedHttpClient,
}

impl Pool {
    /// A client with its own connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Default for Pool {
    fn default() -> Self {
        // Plain HTTP on loopback, so no TLS stack is built.
        let inner = aws_smithy_http_client::Builder::new().build_http();
        Self { free: Arc::new(Semaphore::new(CONNECTIONS)), inner }
    }
}

impl HttpClient for Pool {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { free: self.free.clone(), inner })
    }
}

#[derive(Debug)]
struct Connector {
    free: Arc<Semaphore>,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (free, inner) = (self.free.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move {
            // The semaphore is never closed.
            let _connection = free.acquire().await.map_err(|error| ConnectorError::other(error.into(), None))?;
            inner.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[derive(Debug, Default)]
    struct Slow {
        running: Arc<AtomicUsize>,
        most: Arc<AtomicUsize>,
    }

    impl HttpConnector for Slow {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let (running, most) = (self.running.clone(), self.most.clone());
            HttpConnectorFuture::new(async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                Err(ConnectorError::user("no answer".into()))
            })
        }
    }

    #[tokio::test]
    async fn a_thousand_requests_share_the_connections() {
        let slow = Slow::default();
        let most = slow.most.clone();
        let connector = Connector { free: Pool::new().free, inner: SharedHttpConnector::new(slow) };
        let calls: Vec<_> = (0..1_000).map(|_| tokio::spawn(connector.call(HttpRequest::empty()))).collect();
        for call in calls {
            assert!(call.await.unwrap().is_err());
        }
        assert_eq!(most.load(Ordering::SeqCst), CONNECTIONS);
    }
}
