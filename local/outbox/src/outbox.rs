//! All of it, running.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use domain::Instant;

use crate::behaviour::{Behaviour, Conduct, End};
use crate::page;
use crate::sent::Sent;
use crate::server::Server;
use crate::service::Service;
use crate::tray::Tray;

/// Reads the clock.
pub type InstantSource = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What the outbox is to be.
pub struct Options {
    /// Where to serve SNS and SES, on loopback. Port 0 is any.
    pub address: SocketAddr,
    /// So many messages are kept, the latest ones.
    pub keep: usize,
    /// The ARNs of the topics that there are; SNS answers `NotFound` for others.
    pub topics: Vec<String>,
    /// SES's configuration sets that there are; it answers `NotFoundException` for others.
    pub configuration_sets: Vec<String>,
    /// The access key id that callers sign with. It is their credential: signatures are not checked, so it is as secret
    /// as a password.
    pub access_key_id: String,
    /// The clock.
    pub now: InstantSource,
}

impl Options {
    /// On any port, keeping the latest 1,000 messages, with no topic and no configuration set, for callers who know the
    /// access key id.
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

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It is for one machine: nothing checks signatures.
    #[error("{0} is not on loopback")]
    NotLoopback(SocketAddr),
    /// The address is taken.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What happened.
        #[source]
        error: std::io::Error,
    },
}

/// A running SNS and SES. They stop when it is dropped.
pub struct Outbox {
    service: Arc<Service>,
    server: Server,
    access_key_id: String,
}

impl Outbox {
    /// Starts it.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let service = Arc::new(Service {
            tray: Tray::new(options.keep),
            conduct: Conduct::default(),
            topics: options.topics,
            configuration_sets: options.configuration_sets,
            now: options.now,
        });
        let server = Server::start(options.address, &options.access_key_id, service.clone()).await?;
        Ok(Self { service, server, access_key_id: options.access_key_id })
    }

    /// The endpoint of both, for an SDK client of one's own.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// An SDK client of SNS that never tries again by itself, so that whoever sends decides, and each call is one.
    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        use aws_sdk_sns::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new(self.access_key_id.as_str(), "local", None, None, "outbox"))
            .endpoint_url(self.endpoint())
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_sns::Client::from_conf(config)
    }

    /// An SDK client of SES that never tries again by itself, as [`Self::sns`].
    #[must_use]
    pub fn ses(&self) -> aws_sdk_sesv2::Client {
        use aws_sdk_sesv2::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new(self.access_key_id.as_str(), "local", None, None, "outbox"))
            .endpoint_url(self.endpoint())
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        aws_sdk_sesv2::Client::from_conf(config)
    }

    /// What was taken and is still kept, oldest first. Each accepted call is there, also when it says the same again.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.service.tray.all()
    }

    /// Waits until so many messages were taken since the start, and answers what is kept then.
    pub async fn arrived(&self, messages: u64) -> Vec<Sent> {
        self.service.tray.until_taken(messages).await;
        self.sent()
    }

    /// How many calls an end has got, whatever became of them; a batch is one.
    #[must_use]
    pub fn calls(&self, end: End) -> u64 {
        self.service.conduct.orders(end).calls
    }

    /// Lets an end behave so from now on, whatever it was told before.
    pub fn behave(&self, end: End, behaviour: Behaviour) {
        self.service.conduct.set(end, behaviour);
    }

    /// Lets an end behave so for the next calls, after those that it was told of before, and then as [`Self::behave`]
    /// has said.
    pub fn behave_next(&self, end: End, behaviour: Behaviour, calls: usize) {
        self.service.conduct.set_next(end, behaviour, calls);
    }

    /// `GET /outbox` and what belongs to it, for a server of one's own, which is reached by this origin.
    pub fn page(&self, origin: &str) -> Router {
        page::router(self.service.clone(), origin)
    }

    /// Listens no longer, and gives calls under way a moment to be answered.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("address", &self.server.address).finish_non_exhaustive()
    }
}
