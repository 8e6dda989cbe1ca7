//! Both services, running.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use axum::Router;
use domain::Instant;
use loopback::{PortError, Server};

use crate::behaviour::{Behaviour, Behaviours, Endpoint};
use crate::message_store::MessageStore;
use crate::page;
use crate::sent::Sent;
use crate::server::router;
use crate::service::Service;

/// How long running calls may take when the services stop.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// Returns the current time.
pub type InstantSource = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Options of the outbox.
pub struct Options {
    /// Address of SNS and SES, on loopback. Port 0 uses any free port.
    pub address: SocketAddr,
    /// Number of latest messages to keep.
    pub keep: usize,
    /// ARNs of existing topics; for others, SNS answers `NotFound`.
    pub topics: Vec<String>,
    /// Names of existing SES configuration sets; for others, SES answers `NotFoundException`.
    pub configuration_sets: Vec<String>,
    /// The access key id that callers sign with. Since signatures are not verified, it is their credential, as secret
    /// as a password.
    pub access_key_id: String,
    pub now: InstantSource,
}

impl Options {
    /// Any free port, the latest 1,000 messages, no topic and no configuration set.
    pub fn new(access_key_id: String, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self {
            access_key_id,
            address: ([127, 0, 0, 1], 0).into(),
            keep: 1_000,
            topics: Vec::new(),
            configuration_sets: Vec::new(),
            now: Arc::new(now),
        }
    }
}

/// Running SNS and SES. They stop on drop.
pub struct Outbox {
    service: Arc<Service>,
    server: Server,
    access_key_id: String,
}

impl Outbox {
    /// Starts both services.
    pub async fn start(options: Options) -> Result<Self, PortError> {
        let service = Arc::new(Service {
            messages: MessageStore::new(options.keep),
            behaviours: Behaviours::default(),
            topics: options.topics,
            configuration_sets: options.configuration_sets,
            now: options.now,
        });
        let server = Server::start(options.address, &options.access_key_id, router(service.clone())).await?;
        Ok(Self { service, server, access_key_id: options.access_key_id })
    }

    /// The base URL of both services, for a caller's own SDK client.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// An SDK client of SNS without retries, so that the sender decides about them, and each call counts once.
    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.sdk_config())
    }

    /// An SDK client of SES without retries, like [`Self::sns`].
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.sdk_config())
    }

    fn sdk_config(&self) -> SdkConfig {
        let http = aws_smithy_http_client::Builder::new().build_http();
        loopback::sdk_config(&self.url(), &self.access_key_id, http, RetryConfig::disabled())
    }

    /// The accepted messages that are still kept, oldest first. Each accepted call has an entry, even when it repeats
    /// an earlier one.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.service.messages.all()
    }

    /// Waits until this number of messages was accepted since the start, and returns the kept ones.
    pub async fn arrived(&self, messages: u64) -> Vec<Sent> {
        self.service.messages.until_taken(messages).await;
        self.sent()
    }

    /// Number of calls to an endpoint, whatever their result; a batch counts once.
    #[must_use]
    pub fn calls(&self, endpoint: Endpoint) -> u64 {
        self.service.behaviours.plan_of(endpoint).calls
    }

    /// Sets an endpoint's behaviour from now on, replacing everything configured before.
    pub fn behave(&self, endpoint: Endpoint, behaviour: Behaviour) {
        self.service.behaviours.set(endpoint, behaviour);
    }

    /// Sets an endpoint's behaviour for its next calls, after those already configured; later calls behave as set by
    /// [`Self::behave`].
    pub fn behave_next(&self, endpoint: Endpoint, behaviour: Behaviour, calls: usize) {
        self.service.behaviours.set_next(endpoint, behaviour, calls);
    }

    /// Routes of the page under `/outbox`, for a server with this origin.
    pub fn page(&self, origin: &str) -> Router {
        page::router(self.service.clone(), origin)
    }

    /// Stops listening, and gives running calls a moment to be answered.
    pub async fn stop(self) {
        self.server.stop(STOP_WITHIN).await;
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("address", &self.server.address).finish_non_exhaustive()
    }
}
